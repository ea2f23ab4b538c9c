using ChatApp.Inference.Engine.Scheduling;
using FsCheck;
using FsCheck.Fluent;

namespace ChatApp.Tests.Inference.Engine;

public sealed class PrefixCacheTests
{
    [Test]
    public void Blocks_are_found_again_in_order_but_never_the_last_token()
    {
        var cache = new PrefixCache(8, 2);
        Store(cache, "t", [1, 2, 3, 4, 5, 6]);

        Match(cache, "t", [1, 2, 3, 4, 5, 6]).ShouldBe(4);
        Match(cache, "t", [1, 2, 3, 4, 5, 6, 7]).ShouldBe(6);
        Match(cache, "t", [1, 2, 9, 4, 5, 6, 7]).ShouldBe(2);
    }

    [Test]
    public void A_tenant_never_finds_another_tenants_blocks()
    {
        var cache = new PrefixCache(8, 2);
        Store(cache, "a", [1, 2, 3, 4]);

        Match(cache, "b", [1, 2, 3, 4, 5]).ShouldBe(0);
    }

    [Test]
    public void The_same_block_after_different_beginnings_is_two_blocks()
    {
        var cache = new PrefixCache(8, 2);
        Store(cache, "t", [1, 2, 5, 6]);

        Match(cache, "t", [3, 4, 5, 6, 7]).ShouldBe(0);
        Match(cache, "t", [5, 6, 7]).ShouldBe(0);
    }

    [Test]
    public void The_least_recently_used_leaf_goes_first_and_parents_stay()
    {
        var cache = new PrefixCache(4, 2);
        Store(cache, "t", [1, 1, 2, 2]);
        Store(cache, "t", [1, 1, 3, 3]);
        Store(cache, "t", [4, 4]);
        Match(cache, "t", [1, 1, 2, 2, 0]);

        Store(cache, "t", [5, 5]);

        cache.Validate();
        Match(cache, "t", [1, 1, 2, 2, 0]).ShouldBe(4);
        Match(cache, "t", [1, 1, 3, 3, 0]).ShouldBe(2);
    }

    [Test]
    public void A_chain_longer_than_the_cache_keeps_its_beginning()
    {
        var cache = new PrefixCache(3, 1);

        Store(cache, "t", [1, 2, 3, 4, 5, 6]);

        cache.Validate();
        Match(cache, "t", [1, 2, 3, 4, 5, 6]).ShouldBeGreaterThan(0);
    }

    [Test]
    public void Whatever_is_stored_and_evicted_matches_are_true_prefixes()
    {
        var texts = Gen.Choose(1, 3).ListOf().Select(l => l.ToArray());
        Prop.ForAll(texts.ListOf().ToArbitrary(), stored =>
        {
            var cache = new PrefixCache(5, 2);
            foreach (var text in stored)
            {
                Store(cache, "t", text);
                cache.Validate();
                var found = Match(cache, "t", text);
                (found <= text.Length).ShouldBeTrue();
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    private static void Store(PrefixCache cache, string salt, int[] tokens)
    {
        PrefixCache.Block? tail = null;
        for (var start = 0; start + cache.BlockTokens <= tokens.Length; start += cache.BlockTokens)
        {
            tail = cache.Add(tail, salt, tokens.AsSpan(start, cache.BlockTokens), out _);
            if (tail is null)
                return;
        }
    }

    private static int Match(PrefixCache cache, string salt, int[] tokens)
    {
        var found = new List<PrefixCache.Block>();
        cache.Match(salt, tokens, found);
        for (var i = 0; i < found.Count; i++)
            found[i].Tokens.ShouldBe(tokens[(i * cache.BlockTokens)..((i + 1) * cache.BlockTokens)]);
        return found.Count * cache.BlockTokens;
    }
}
