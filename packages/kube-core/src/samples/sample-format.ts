import type { Draw } from './draw.ts'

/** A text of a format that Kubernetes checks; undefined for formats that it does not. */
export function sampleFormat(format: string, draw: Draw): string | undefined {
  return samples.get(format.replaceAll('-', ''))?.(draw)
}

function characters(draw: Draw, alphabet: string, count: number): string {
  return Array.from({ length: count }, () => draw.pick(Array.from(alphabet))).join('')
}

const hexadecimal = '0123456789abcdef'
const letters = 'abcdefghijklmnopqrstuvwxyz'

function word(draw: Draw): string {
  return characters(draw, letters, draw.between(1, 8))
}

function twoDigits(draw: Draw, least: number, most: number): string {
  return String(draw.between(least, most)).padStart(2, '0')
}

function date(draw: Draw): string {
  return `${draw.between(1970, 2099)}-${twoDigits(draw, 1, 12)}-${twoDigits(draw, 1, 28)}`
}

function time(draw: Draw): string {
  return `${twoDigits(draw, 0, 23)}:${twoDigits(draw, 0, 59)}:${twoDigits(draw, 0, 59)}`
}

function address(draw: Draw): string {
  return Array.from({ length: 4 }, () => draw.between(0, 255)).join('.')
}

function uuid(version: string) {
  return (draw: Draw): string => {
    const some = (count: number) => characters(draw, hexadecimal, count)
    return `${some(8)}-${some(4)}-${version}${some(3)}-a${some(3)}-${some(12)}`
  }
}

const isbns = ['0306406152', '0471958697', '0198526636']
const cards = ['4111111111111111', '5555555555554444']

const samples: ReadonlyMap<string, (draw: Draw) => string> = new Map([
  ['bsonobjectid', (draw: Draw) => characters(draw, hexadecimal, 24)],
  ['uri', (draw: Draw) => `https://${word(draw)}.example.com/${word(draw)}`],
  ['email', (draw: Draw) => `${word(draw)}@example.com`],
  ['hostname', (draw: Draw) => `${word(draw)}.example.com`],
  ['ipv4', address],
  ['ipv6', (draw: Draw) => `2001:db8::${characters(draw, hexadecimal, 4)}`],
  ['cidr', (draw: Draw) => `${address(draw)}/${draw.between(0, 32)}`],
  [
    'mac',
    (draw: Draw) => Array.from({ length: 6 }, () => characters(draw, hexadecimal, 2)).join(':'),
  ],
  ['uuid', uuid('4')],
  ['uuid3', uuid('3')],
  ['uuid4', uuid('4')],
  ['uuid5', uuid('5')],
  ['isbn', (draw: Draw) => draw.pick(isbns)],
  ['isbn10', (draw: Draw) => draw.pick(isbns)],
  ['isbn13', (draw: Draw) => draw.pick(['9780306406157', '9780471117094'])],
  ['creditcard', (draw: Draw) => draw.pick(cards)],
  ['ssn', (draw: Draw) => characters(draw, '123456789', 9)],
  ['hexcolor', (draw: Draw) => `#${characters(draw, hexadecimal, 6)}`],
  ['rgbcolor', (draw: Draw) => `rgb(${draw.between(0, 255)}, ${draw.between(0, 255)}, 0)`],
  ['byte', (draw: Draw) => Buffer.from(word(draw)).toString('base64')],
  ['password', word],
  ['date', date],
  ['duration', (draw: Draw) => `${draw.between(0, 600)}${draw.pick(['ms', 's', 'm', 'h'])}`],
  ['datetime', (draw: Draw) => `${date(draw)}T${time(draw)}Z`],
  ['k8sshortname', word],
  ['k8slongname', (draw: Draw) => `${word(draw)}.${word(draw)}`],
])
