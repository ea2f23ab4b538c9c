namespace ChatApp.Inference.Engine.Scheduling;

/// <summary>
/// Which blocks of tokens have their keys and values in the block store. Content-addressed: a block is found by a hash chained over all
/// tokens before it, and taken only when its own tokens and its parent block are the very same, so that equal hashes never mix texts.
/// Chains begin at a tenant's salt. When full, the least recently used block without children goes. Bookkeeping only; not thread-safe.
/// </summary>
internal sealed class PrefixCache
{
    private readonly int _slots;
    // A secret per process, so that nobody can construct colliding prompts.
    private readonly ulong _seed = (ulong)Random.Shared.NextInt64() | 1;
    private readonly Dictionary<ulong, Block> _blocks = [];
    private readonly LinkedList<Block> _recent = [];
    private readonly Stack<int> _freed = [];
    private int _unused;

    /// <param name="slots">Blocks there is room for; 0 keeps none.</param>
    /// <param name="blockTokens">Tokens of a block.</param>
    public PrefixCache(int slots, int blockTokens)
    {
        _slots = _unused = slots;
        BlockTokens = blockTokens;
    }

    /// <summary>Tokens of a block.</summary>
    public int BlockTokens { get; }

    /// <summary>Blocks held.</summary>
    public int Count => _blocks.Count;

    /// <summary>False when there is no room for any block.</summary>
    public bool IsEnabled => _slots > 0;

    /// <summary>One cached block.</summary>
    internal sealed class Block(ulong hash, Block? parent, string salt, int[] tokens, int slot)
    {
        public ulong Hash { get; } = hash;
        public Block? Parent { get; } = parent;
        public string Salt { get; } = salt;
        public int[] Tokens { get; } = tokens;
        public int Slot { get; } = slot;
        public int Children { get; set; }
        public bool IsHeld { get; set; } = true;
        internal LinkedListNode<Block>? Node { get; set; }
    }

    /// <summary>Finds the longest cached prefix in whole blocks.</summary>
    /// <param name="salt">The tenant.</param>
    /// <param name="tokens">All tokens of the sequence; the last is never taken, since its logits are wanted.</param>
    /// <param name="found">Receives the blocks in order.</param>
    public void Match(string salt, ReadOnlySpan<int> tokens, List<Block> found)
    {
        found.Clear();
        Block? parent = null;
        for (var start = 0; start + BlockTokens < tokens.Length; start += BlockTokens)
        {
            if (Find(parent, salt, tokens.Slice(start, BlockTokens)) is not { } block)
                break;
            found.Add(block);
            parent = block;
        }

        // Ancestors end up more recent than their children, so the oldest block is a leaf.
        for (var i = found.Count - 1; i >= 0; i--)
            Touch(found[i]);
    }

    /// <summary>Adds a block behind another (null: the first of its chain).</summary>
    /// <returns>The block, and whether its slot is still to be filled; null when there is no room or the parent is gone.</returns>
    public Block? Add(Block? parent, string salt, ReadOnlySpan<int> tokens, out bool isNew)
    {
        isNew = false;
        if (parent is { IsHeld: false })
            return null;
        var hash = Hash(parent, salt, tokens);
        if (_blocks.TryGetValue(hash, out var existing))
            return IsSame(existing, parent, salt, tokens) ? existing : null;
        if (parent is not null)
            Touch(parent);
        if (TakeSlot(parent) is not { } slot)
            return null;

        var block = new Block(hash, parent, salt, tokens.ToArray(), slot);
        block.Node = parent is null ? _recent.AddFirst(block) : _recent.AddAfter(parent.Node!, block);
        _blocks.Add(hash, block);
        if (parent is not null)
            parent.Children++;
        isNew = true;
        return block;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        foreach (var block in _recent)
            block.IsHeld = false;
        _blocks.Clear();
        _recent.Clear();
        _freed.Clear();
        _unused = _slots;
    }

    /// <summary>Checks the account; throws <see cref="EngineInvariantException"/> where it does not add up.</summary>
    public void Validate()
    {
        EngineInvariantException.ThrowIf(_blocks.Count != _recent.Count, "The prefix cache's index and its order differ.");
        EngineInvariantException.ThrowIf(_blocks.Count + _freed.Count + _unused != _slots, "The prefix cache has lost or doubled slots.");
        var used = new HashSet<int>(_freed);
        EngineInvariantException.ThrowIf(used.Count != _freed.Count, "A prefix-cache slot was freed twice.");
        var children = new Dictionary<Block, int>();
        foreach (var block in _recent)
        {
            EngineInvariantException.ThrowIf(!used.Add(block.Slot), $"Prefix-cache slot {block.Slot} is used twice.");
            EngineInvariantException.ThrowIf(!block.IsHeld || !_blocks.TryGetValue(block.Hash, out var held) || held != block, "A prefix-cache block is not in the index.");
            EngineInvariantException.ThrowIf(block.Parent is { IsHeld: false }, "A prefix-cache block has outlived its parent.");
            if (block.Parent is { } parent)
                children[parent] = children.GetValueOrDefault(parent) + 1;
        }

        foreach (var block in _recent)
            EngineInvariantException.ThrowIf(block.Children != children.GetValueOrDefault(block), "A prefix-cache block miscounts its children.");
    }

    private Block? Find(Block? parent, string salt, ReadOnlySpan<int> tokens) =>
        _blocks.TryGetValue(Hash(parent, salt, tokens), out var block) && IsSame(block, parent, salt, tokens) ? block : null;

    private static bool IsSame(Block block, Block? parent, string salt, ReadOnlySpan<int> tokens) =>
        block.Parent == parent && block.Salt == salt && tokens.SequenceEqual(block.Tokens);

    private ulong Hash(Block? parent, string salt, ReadOnlySpan<int> tokens)
    {
        var hash = parent?.Hash ?? Mix(_seed, (ulong)string.GetHashCode(salt, StringComparison.Ordinal));
        foreach (var token in tokens)
            hash = Mix(hash, (uint)token);
        return hash;
    }

    private ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0x9E3779B97F4A7C15 + _seed;
        return hash ^ (hash >> 29);
    }

    private void Touch(Block block)
    {
        _recent.Remove(block.Node!);
        _recent.AddFirst(block.Node!);
    }

    private int? TakeSlot(Block? parent)
    {
        if (_freed.TryPop(out var slot))
            return slot;
        if (_unused > 0)
            return --_unused;

        for (var node = _recent.Last; node is not null; node = node.Previous)
        {
            var block = node.Value;
            if (block.Children > 0 || block == parent)
                continue;
            Remove(block);
            return _freed.Pop();
        }

        return null;
    }

    private void Remove(Block block)
    {
        block.IsHeld = false;
        _blocks.Remove(block.Hash);
        _recent.Remove(block.Node!);
        _freed.Push(block.Slot);
        if (block.Parent is { } parent)
            parent.Children--;
    }
}
