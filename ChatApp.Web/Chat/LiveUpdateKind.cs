namespace ChatApp.Web.Chat;

public enum LiveUpdateKind
{
    TurnStarted,
    TurnEnded,
    Changed,
    Deleted,
}
