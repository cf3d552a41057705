"""What the crew can set: codriver.toml, profile, --set. All faults are reported together."""
