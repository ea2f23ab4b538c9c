namespace ChatApp.Orchestrator.Tools.BuiltIn;

/// <summary>Units by the names that people give them.</summary>
internal static class Units
{
    private const double Pound = 0.45359237;
    private const double Foot = 0.3048;
    private const double Mile = 1609.344;
    private const double Gallon = 3.785411784;
    private const double Kelvin = 273.15;

    private static readonly Dictionary<string, Unit> ByName = Build();

    /// <exception cref="ToolException">There is no such unit.</exception>
    public static Unit Find(string name)
    {
        var key = name.Trim().TrimStart('°').TrimEnd('.').ToLowerInvariant().Replace(' ', '_').Replace('²', '2').Replace('³', '3');
        if (ByName.TryGetValue(key, out var unit) || (key.EndsWith('s') && ByName.TryGetValue(key[..^1], out unit)))
            return unit;
        throw new ToolException($"the unit '{name}' is not known; use a common name such as km, miles, kg, pounds, liters, celsius or hours.");
    }

    private static Dictionary<string, Unit> Build()
    {
        var units = new Dictionary<string, Unit>(StringComparer.Ordinal);

        void Add(string quantity, double factor, params string[] names)
        {
            foreach (var name in names)
                units.Add(name, new Unit(quantity, factor));
        }

        Add("length", 1, "m", "meter", "metre");
        Add("length", 1000, "km", "kilometer", "kilometre");
        Add("length", 0.01, "cm", "centimeter", "centimetre");
        Add("length", 0.001, "mm", "millimeter", "millimetre");
        Add("length", 1e-6, "um", "µm", "micrometer", "micron");
        Add("length", Foot, "ft", "foot", "feet");
        Add("length", Foot / 12, "in", "inch", "inches");
        Add("length", Foot * 3, "yd", "yard");
        Add("length", Mile, "mi", "mile");
        Add("length", 1852, "nmi", "nautical_mile");

        Add("weight", 1, "kg", "kilogram", "kilo");
        Add("weight", 0.001, "g", "gram");
        Add("weight", 1e-6, "mg", "milligram");
        Add("weight", 1000, "t", "tonne", "metric_ton");
        Add("weight", Pound, "lb", "pound");
        Add("weight", Pound / 16, "oz", "ounce");
        Add("weight", Pound * 14, "st", "stone");
        Add("weight", Pound * 2000, "ton", "short_ton");

        Add("volume", 1, "l", "liter", "litre");
        Add("volume", 0.001, "ml", "milliliter", "millilitre", "cm3");
        Add("volume", 0.01, "cl", "centiliter", "centilitre");
        Add("volume", 1000, "m3", "cubic_meter", "cubic_metre");
        Add("volume", Gallon, "gal", "gallon");
        Add("volume", Gallon / 4, "qt", "quart");
        Add("volume", Gallon / 8, "pt", "pint");
        Add("volume", Gallon / 16, "cup");
        Add("volume", Gallon / 128, "fl_oz", "fluid_ounce");
        Add("volume", Gallon / 256, "tbsp", "tablespoon");
        Add("volume", Gallon / 768, "tsp", "teaspoon");

        Add("area", 1, "m2", "sqm", "square_meter", "square_metre");
        Add("area", 1e6, "km2", "square_kilometer", "square_kilometre");
        Add("area", 10_000, "ha", "hectare");
        Add("area", Foot * Foot, "ft2", "sqft", "square_foot", "square_feet");
        Add("area", Foot * Foot * 43_560, "acre");
        Add("area", Mile * Mile, "mi2", "square_mile");

        Add("time", 1, "s", "sec", "second");
        Add("time", 0.001, "ms", "millisecond");
        Add("time", 60, "min", "minute");
        Add("time", 3600, "h", "hr", "hour");
        Add("time", 86_400, "d", "day");
        Add("time", 604_800, "week");
        Add("time", 31_557_600, "year", "yr");

        Add("speed", 1, "m/s", "mps", "meters_per_second");
        Add("speed", 1 / 3.6, "km/h", "kmh", "kph", "kilometers_per_hour");
        Add("speed", Mile / 3600, "mph", "mi/h", "miles_per_hour");
        Add("speed", 1852 / 3600.0, "knot", "kn", "kt");

        Add("data", 1, "byte", "b");
        Add("data", 1e3, "kb", "kilobyte");
        Add("data", 1e6, "mb", "megabyte");
        Add("data", 1e9, "gb", "gigabyte");
        Add("data", 1e12, "tb", "terabyte");
        Add("data", 1024, "kib");
        Add("data", 1024.0 * 1024, "mib");
        Add("data", 1024.0 * 1024 * 1024, "gib");
        Add("data", 0.125, "bit");

        Add("energy", 1, "j", "joule");
        Add("energy", 1000, "kj", "kilojoule");
        Add("energy", 4.184, "cal", "calorie");
        Add("energy", 4184, "kcal", "kilocalorie");
        Add("energy", 3600, "wh", "watt_hour");
        Add("energy", 3.6e6, "kwh", "kilowatt_hour");

        Add("pressure", 1, "pa", "pascal");
        Add("pressure", 1000, "kpa", "kilopascal");
        Add("pressure", 100_000, "bar");
        Add("pressure", 101_325, "atm", "atmosphere");
        Add("pressure", 6894.757293168, "psi");

        Add("temperature", 1, "k", "kelvin");
        foreach (var name in (string[])["c", "celsius", "degrees_celsius", "centigrade"])
            units.Add(name, new Unit("temperature", 1, Kelvin));
        foreach (var name in (string[])["f", "fahrenheit", "degrees_fahrenheit"])
            units.Add(name, new Unit("temperature", 5 / 9.0, Kelvin - (32 * 5 / 9.0)));
        return units;
    }
}

/// <summary>A value times <paramref name="Factor"/> plus <paramref name="Offset"/> is the value in the quantity's base unit.</summary>
internal sealed record Unit(string Quantity, double Factor, double Offset = 0);
