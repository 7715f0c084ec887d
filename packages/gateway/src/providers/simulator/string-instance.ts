import { type JsonObject, numberOrUndefined } from '@fairlead/base'

/** Longer texts are demanded by nobody who means it. */
const lengthMax = 4096

/** https://json-schema.org/draft/2020-12/json-schema-validation#section-7.3 */
const formats: Readonly<Record<string, (place: number) => string>> = {
  date: (place) => `2026-01-${twoDigits(place)}`,
  'date-time': (place) => `2026-01-${twoDigits(place)}T12:00:00Z`,
  time: (place) => `12:00:${twoDigits(place)}Z`,
  duration: (place) => `P${place + 1}D`,
  email: (place) => `simulated${place}@example.com`,
  hostname: (place) => `simulated${place}.example.com`,
  ipv4: (place) => `192.0.2.${place + 1}`,
  ipv6: (place) => `2001:db8::${place + 1}`,
  uri: (place) => `https://example.com/${place}`,
  url: (place) => `https://example.com/${place}`,
  uuid: (place) => `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`,
}

/** A text of a schema of type `string`; another one for each place in a list. */
export function stringInstance(schema: JsonObject, place: number): string {
  const { format } = schema
  const formatted =
    typeof format === 'string' && Object.hasOwn(formats, format) ? formats[format] : undefined
  if (formatted !== undefined) return formatted(place)
  const least = Math.min(numberOrUndefined(schema['minLength']) ?? 0, lengthMax)
  const most = numberOrUndefined(schema['maxLength']) ?? lengthMax
  const text = place === 0 ? 'simulated' : `simulated ${place + 1}`
  // What is cut off must not be what tells two apart.
  const cut = place === 0 ? text.slice(0, most) : text.slice(-most || text.length)
  return most <= 0 ? '' : cut.padEnd(least, '.')
}

function twoDigits(place: number): string {
  return String((place % 28) + 1).padStart(2, '0')
}
