namespace ChatApp.Hosting.Running;

/// <summary>What needs what.</summary>
internal static class ResourceGraph
{
    /// <summary>Resources that wait for each other never start.</summary>
    /// <exception cref="DistributedApplicationException">There is a circle; the message names it.</exception>
    public static void ThrowIfCircular(IEnumerable<IResource> resources)
    {
        HashSet<IResource> done = [];
        List<IResource> path = [];
        foreach (var resource in resources)
            Visit(resource);

        void Visit(IResource resource)
        {
            var at = path.IndexOf(resource);
            if (at >= 0)
                throw new DistributedApplicationException($"Resources wait for each other and can never start: {string.Join(" -> ", path.Skip(at).Append(resource).Select(r => r.Name))}.");
            if (done.Contains(resource))
                return;
            path.Add(resource);
            foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
                Visit(wait.Resource);
            path.RemoveAt(path.Count - 1);
            done.Add(resource);
        }
    }

    /// <summary>The order of stopping: each group uses only later ones, so that a draining service still has its stores.</summary>
    public static IEnumerable<IReadOnlyList<IResource>> StopOrder(IReadOnlyCollection<IResource> resources)
    {
        Dictionary<IResource, int> depths = [];
        return resources
            .GroupBy(resource => Depth(resource, []))
            .OrderByDescending(group => group.Key)
            .Select(group => (IReadOnlyList<IResource>)[.. group]);

        int Depth(IResource resource, HashSet<IResource> above)
        {
            if (depths.TryGetValue(resource, out var known))
                return known;
            // Two services may refer to each other; the one met first counts as the user.
            if (!above.Add(resource))
                return 0;
            var needed = Needs(resource).Where(resources.Contains).Select(need => Depth(need, above) + 1).DefaultIfEmpty(0).Max();
            above.Remove(resource);
            depths[resource] = needed;
            return needed;
        }
    }

    private static IEnumerable<IResource> Needs(IResource resource)
    {
        var related = resource.Annotations.OfType<ResourceRelationshipAnnotation>().Where(relation => relation.Type != KnownRelationshipTypes.Parent).Select(relation => relation.Resource);
        return resource is IResourceWithParent { Parent: var parent } ? related.Append(parent) : related;
    }
}
