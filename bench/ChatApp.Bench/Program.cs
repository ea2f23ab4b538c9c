using ChatApp.Bench;

if (args is ["masks"])
{
    MaskCost.Run();
    return 0;
}

if (args is ["turns", var model, ..])
    return await TurnOverhead.RunAsync(model, args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 200);

return await BenchCommand.RunAsync(args);
