namespace ChatApp.Inference.Endpoints;

internal enum ToolChoiceMode
{
    None,
    Auto,
    Required,
    Named,
}
