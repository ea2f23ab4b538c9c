// Entry point of the helper processes that ChatApp.Hosting starts.
return;
