"""The JSON schema of the parameters of get_weather, for libraries that take one."""

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
