"""Which public holidays there are: countries and their regions, from the package `holidays`."""


def country_problem(country: str, region: str) -> tuple[str, str] | None:
    """The key that is wrong, and what to write instead; None when the holidays are known."""
    import holidays  # noqa: PLC0415 - a tenth of a second that only teams with a country pay

    regions = holidays.list_supported_countries().get(country)
    if regions is None:
        return (
            "country",
            f'the holidays of "{country}" are not known; write another code, or leave it out',
        )
    if region and region not in regions:
        known = f"choose {', '.join(regions)}" if regions else "leave it out"
        return "region", f'{country} has no region "{region}" of its own holidays; {known}'
    return None
