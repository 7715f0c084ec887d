import { parseGoDuration } from '../go-duration.ts'

/**
 * Whether a string matches an OpenAPI format. Formats that the API server does not know are not
 * checked, so every string matches them.
 */
export function hasFormat(text: string, format: string): boolean {
  const check = checkOf(format)
  return check === undefined || check(text)
}

/** Whether the strings of a format are checked. */
export function isKnownFormat(format: string): boolean {
  return checkOf(format) !== undefined
}

function checkOf(format: string): ((text: string) => boolean) | undefined {
  return formats.get(format.replaceAll('-', ''))
}

const days = /^(\d{4})-(\d{2})-(\d{2})$/
const times = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(\.\d+)?(z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i

function isDate(text: string): boolean {
  const [, year, month, day] = days.exec(text) ?? []
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
}

function isDateTime(text: string): boolean {
  return /^[Tt]$/.test(text.charAt(10)) && isDate(text.slice(0, 10)) && times.test(text.slice(11))
}

function isDuration(text: string): boolean {
  if (/^\d+ ?(?:weeks?|days?|wk|wks|w|d)$/.test(text)) return true
  try {
    parseGoDuration(text.replaceAll(' ', ''))
    return true
  } catch {
    return false
  }
}

export function isIPv4(text: string): boolean {
  const parts = text.split('.')
  return (
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && +part < 256)
  )
}

export function isIPv6(text: string): boolean {
  return text.includes(':') && !text.includes('[') && !text.includes('%') && isAddress(text)
}

function isAddress(text: string): boolean {
  const dotted = text.lastIndexOf(':') + 1
  const last = text.slice(dotted)
  if (last.includes('.')) {
    return isIPv4(last) && isAddress(`${text.slice(0, dotted)}0:0`)
  }
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const count = groups.length
  const complete = halves.length === 2 ? count <= 7 : count === 8
  return complete && groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
}

function isCIDR(text: string): boolean {
  const [, address = '', bits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? []
  return isIPv4(address) ? +bits <= 32 : isIPv6(address) && +bits <= 128
}

function isURI(text: string): boolean {
  return !/[\s<>"{}|\\^`]/.test(text) && /^(?:[a-z][a-z0-9+.-]*:.+|\/.*)$/i.test(text)
}

function isHostname(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.')
  return (
    text.length <= 255 &&
    labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label))
  )
}

function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
}

function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]/g, '')
  if (digits.length < 13 || digits.length > 19) return false
  return luhnSum(digits) % 10 === 0
}

function luhnSum(digits: string): number {
  return Array.from(digits)
    .toReversed()
    .reduce((sum, digit, index) => {
      const value = index % 2 === 0 ? +digit : +digit * 2
      return sum + (value > 9 ? value - 9 : value)
    }, 0)
}

function isISBN10(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '')
  if (!/^\d{9}[\dX]$/.test(digits)) return false
  const sum = Array.from(digits).reduce((s, d, i) => s + (10 - i) * (d === 'X' ? 10 : +d), 0)
  return sum % 11 === 0
}

function isISBN13(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '')
  if (!/^\d{13}$/.test(digits)) return false
  return (
    Array.from(digits).reduce((sum, digit, i) => sum + +digit * (i % 2 === 0 ? 1 : 3), 0) % 10 === 0
  )
}

function isRGB(text: string): boolean {
  const match = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/.exec(text)
  return match !== null && match.slice(1).every((part) => +part < 256)
}

function matches(pattern: RegExp): (text: string) => boolean {
  return (text) => pattern.test(text)
}

function uuid(version: string, variant: string): (text: string) => boolean {
  return matches(
    new RegExp(
      `^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`,
      'i',
    ),
  )
}

const formats: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['bsonobjectid', matches(/^[0-9a-f]{24}$/i)],
  ['uri', isURI],
  ['email', matches(/^[^\s@<>]+@[^\s@<>.]+(?:\.[^\s@<>.]+)*$/)],
  ['hostname', isHostname],
  ['ipv4', isIPv4],
  ['ipv6', isIPv6],
  ['cidr', isCIDR],
  [
    'mac',
    matches(
      /^(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4,6}[0-9a-f]{2}$|^(?:[0-9a-f]{4}\.){2,3}[0-9a-f]{4}$/i,
    ),
  ],
  ['uuid', uuid('[0-9a-f]', '[0-9a-f]')],
  ['uuid3', uuid('3', '[0-9a-f]')],
  ['uuid4', uuid('4', '[89ab]')],
  ['uuid5', uuid('5', '[89ab]')],
  ['isbn', (text: string) => isISBN10(text) || isISBN13(text)],
  ['isbn10', isISBN10],
  ['isbn13', isISBN13],
  ['creditcard', isCreditCard],
  ['ssn', matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/)],
  ['hexcolor', matches(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i)],
  ['rgbcolor', isRGB],
  ['byte', isBase64],
  ['password', () => true],
  ['date', isDate],
  ['duration', isDuration],
  ['datetime', isDateTime],
  ['k8sshortname', matches(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)],
  [
    'k8slongname',
    (text: string) =>
      text.length <= 253 &&
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text),
  ],
])
