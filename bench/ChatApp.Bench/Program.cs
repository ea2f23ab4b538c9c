using ChatApp.Bench;

return await BenchCommand.RunAsync(args);
