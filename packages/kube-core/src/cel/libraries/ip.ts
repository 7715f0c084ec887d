import { CelScalar, celFunc, celMethod, type CelValue } from '@bufbuild/cel'
import { isOpaque, opaque, textOf } from '@fairlead/cel'
import {
  containsAddress,
  formatIp,
  maskedAddress,
  parseCidr,
  parseIp,
  type Cidr,
  type IpAddress,
} from '../ip-address.ts'

const { BOOL, DYN, INT, STRING } = CelScalar

/** `ip`, `isIP`, `cidr`, `isCIDR` and the functions of addresses and blocks. */
export const ipLibrary = [
  celFunc('isIP', [STRING], BOOL, (text) => parseIp(text) !== undefined),
  celFunc('ip', [STRING], DYN, (text) => opaque('ip', formatIp(toIp(text)))),
  celFunc('ip.isCanonical', [STRING], BOOL, (text) => formatIp(toIp(text)) === text),
  celFunc('isCIDR', [STRING], BOOL, (text) => parseCidr(text) !== undefined),
  celFunc('cidr', [STRING], DYN, (text) => {
    toCidr(text)
    return opaque('cidr', text)
  }),
  celMethod('family', DYN, [], INT, function () {
    return BigInt(ipOf(this).family)
  }),
  question('isUnspecified', ({ bits }) => bits === 0n),
  question('isLoopback', isLoopback),
  question('isLinkLocalMulticast', isLinkLocalMulticast),
  question('isLinkLocalUnicast', isLinkLocalUnicast),
  question('isGlobalUnicast', isGlobalUnicast),
  celMethod('containsIP', DYN, [DYN], BOOL, function (address: CelValue) {
    return containsAddress(cidrOf(this), ipFrom(address))
  }),
  celMethod('containsCIDR', DYN, [DYN], BOOL, function (other: CelValue) {
    const outer = cidrOf(this)
    const inner = typeof other === 'string' ? toCidr(other) : cidrOf(other)
    return outer.prefixLength <= inner.prefixLength && containsAddress(outer, inner.address)
  }),
  celMethod('ip', DYN, [], DYN, function () {
    return opaque('ip', formatIp(cidrOf(this).address))
  }),
  celMethod('prefixLength', DYN, [], INT, function () {
    return BigInt(cidrOf(this).prefixLength)
  }),
  celMethod('masked', DYN, [], DYN, function () {
    const cidr = cidrOf(this)
    return opaque('cidr', `${formatIp(maskedAddress(cidr))}/${cidr.prefixLength}`)
  }),
  celFunc('string', [DYN], STRING, (value: CelValue) =>
    isOpaque(value, 'ip') ? textOf(value, 'ip') : textOf(value, 'cidr'),
  ),
]

function question(name: string, answer: (address: IpAddress) => boolean) {
  return celMethod(name, DYN, [], BOOL, function () {
    return answer(ipOf(this))
  })
}

function isLoopback({ family, bits }: IpAddress): boolean {
  return family === 4 ? bits >> 24n === 127n : bits === 1n
}

function isLinkLocalMulticast({ family, bits }: IpAddress): boolean {
  return family === 4 ? bits >> 8n === 0xe00000n : ((bits >> 112n) & 0xff0fn) === 0xff02n
}

function isLinkLocalUnicast({ family, bits }: IpAddress): boolean {
  return family === 4 ? bits >> 16n === 0xa9fen : bits >> 118n === 0x3fan
}

function isGlobalUnicast(address: IpAddress): boolean {
  const { family, bits } = address
  const multicast = family === 4 ? bits >> 28n === 0xen : bits >> 120n === 0xffn
  const broadcast = family === 4 && bits === 0xffffffffn
  return !(
    multicast ||
    broadcast ||
    bits === 0n ||
    isLoopback(address) ||
    isLinkLocalUnicast(address)
  )
}

function ipOf(value: unknown): IpAddress {
  return toIp(textOf(value, 'ip'))
}

function ipFrom(value: CelValue): IpAddress {
  return typeof value === 'string' ? toIp(value) : ipOf(value)
}

function cidrOf(value: unknown): Cidr {
  return toCidr(textOf(value, 'cidr'))
}

function toIp(text: string): IpAddress {
  const address = parseIp(text)
  if (!address) throw new Error(`IP Address "${text}" parse error during conversion from string`)
  return address
}

function toCidr(text: string): Cidr {
  const cidr = parseCidr(text)
  if (!cidr) throw new Error(`network address parse error during conversion from string: "${text}"`)
  return cidr
}
