namespace ChatApp.Web.Localization;

/// <summary>Names the resources with every string of the page (<c>UiText.resx</c>, <c>UiText.de.resx</c>).</summary>
public sealed class UiText;
