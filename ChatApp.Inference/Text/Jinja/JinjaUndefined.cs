namespace ChatApp.Inference.Text.Jinja;

/// <summary>What a name or attribute without a value evaluates to: empty when printed or iterated, false in conditions, an error in anything else.</summary>
internal sealed record JinjaUndefined(string What);
