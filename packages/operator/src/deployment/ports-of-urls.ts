const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/** The ports of all http and https URLs that are values anywhere in what is given. */
export function portsOfURLs(value: unknown): readonly number[] {
  if (typeof value === 'string') return portOf(value)
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(portsOfURLs)
}

function portOf(text: string): readonly number[] {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return []
  const { port, protocol } = new URL(text)
  const number = port === '' ? defaultPorts[protocol] : Number(port)
  return number === undefined ? [] : [number]
}
