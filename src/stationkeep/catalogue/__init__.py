"""Facts with a source on every figure: partners, engines, vehicles, modules and stations, kept as YAML."""
