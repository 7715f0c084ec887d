import { isIPv4, isIPv6 } from '../schema/formats.ts'

/** An address as a number. */
export interface IpAddress {
  readonly family: 4 | 6
  readonly bits: bigint
}

/** Undefined for an invalid address; IPv4-mapped IPv6 is refused, as in Kubernetes. */
export function parseIp(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { family: 4, bits: ipv4Bits(text) }
  if (!isIPv6(text)) return undefined
  const bits = ipv6Bits(text)
  return bits >> 32n === 0xffffn ? undefined : { family: 6, bits }
}

function ipv4Bits(text: string): bigint {
  return text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
}

function ipv6Bits(text: string): bigint {
  const plain = text.replace(/\d+\.\d+\.\d+\.\d+$/, (dotted) => {
    const bits = ipv4Bits(dotted)
    return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`
  })
  const [head = '', tail] = plain.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...gap, ...right].reduce(
    (bits, group) => (bits << 16n) | BigInt(`0x${group}`),
    0n,
  )
}

/** The canonical text. */
export function formatIp({ family, bits }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  )
  const text = groups.join(':')
  const zeros = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map((match) => match[0])
  const longest = zeros.reduce((best, run) => (zeroCount(run) > zeroCount(best) ? run : best), '')
  if (longest === '') return text
  const at = text.indexOf(longest)
  return `${text.slice(0, at)}::${text.slice(at + longest.length).replace(/^:/, '')}`
}

function zeroCount(run: string): number {
  return run.split('0').length
}

/** A CIDR block. */
export interface Cidr {
  readonly address: IpAddress
  readonly prefixLength: number
}

export function parseCidr(text: string): Cidr | undefined {
  const [, base = '', length = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? []
  const address = parseIp(base)
  if (!address || +length > width(address)) return undefined
  return { address, prefixLength: +length }
}

/** The first address of the block. */
export function maskedAddress({ address, prefixLength }: Cidr): IpAddress {
  const shift = BigInt(width(address) - prefixLength)
  return { family: address.family, bits: (address.bits >> shift) << shift }
}

export function containsAddress(cidr: Cidr, address: IpAddress): boolean {
  if (address.family !== cidr.address.family) return false
  return maskedAddress({ ...cidr, address }).bits === maskedAddress(cidr).bits
}

function width(address: IpAddress): number {
  return address.family === 4 ? 32 : 128
}
