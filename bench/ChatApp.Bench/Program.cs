using ChatApp.Bench;

if (args is ["masks"])
{
    MaskCost.Run();
    return 0;
}

return await BenchCommand.RunAsync(args);
