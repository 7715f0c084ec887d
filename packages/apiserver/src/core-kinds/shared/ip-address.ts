import { parseCidr, parseIp, type Cidr, type IpAddress } from '@fairlead/kube-core'

/**
 * Addresses as Kubernetes' fields take them, which is what Go once took: parts of an IPv4 address may
 * have leading zeros, and one that is mapped into IPv6 is an IPv4 address.
 */
export function parseAddress(text: string): IpAddress | undefined {
  const plain = withoutLeadingZeros(text)
  const mapped = /^(?:0*:)*(?:0*:)?:?ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1]
  return parseIp(mapped ?? plain)
}

/** A block of addresses in the notation that `parseAddress` takes. */
export function parseBlock(text: string): Cidr | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  return parseCidr(withoutLeadingZeros(text.slice(0, slash)) + text.slice(slash))
}

function withoutLeadingZeros(text: string): string {
  if (text.length > 64 || !text.includes('.')) return text
  return text.replace(/(^|[.:])0+(?=\d+(?:\.|$))/g, '$1')
}

/** Problems of an address, as IsValidIP in Kubernetes' API machinery. */
export function checkAddress(text: string): readonly string[] {
  if (parseAddress(text) !== undefined) return []
  return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']
}

/** Problems of a block of addresses, as IsValidCIDR in Kubernetes' API machinery. */
export function checkBlock(text: string): readonly string[] {
  if (parseBlock(text) !== undefined) return []
  return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']
}

/** `IPv4` or `IPv6`, as Services name families; undefined for what is no address. */
export function familyOf(text: string): 'IPv4' | 'IPv6' | undefined {
  const address = parseAddress(text)
  return address === undefined ? undefined : address.family === 4 ? 'IPv4' : 'IPv6'
}

/**
 * Problems of an address that traffic is sent to from elsewhere, as ValidateNonSpecialIP in
 * Kubernetes' core validation.
 */
export function checkNonSpecialAddress(text: string): readonly string[] {
  const address = parseAddress(text)
  if (address === undefined) return ['must be a valid IP address']
  const { family, bits } = address
  const problems = []
  if (bits === 0n) problems.push(`may not be unspecified (${text})`)
  if (family === 4 ? bits >> 24n === 127n : bits === 1n) {
    problems.push('may not be in the loopback range (127.0.0.0/8, ::1/128)')
  }
  if (family === 4 ? bits >> 16n === 0xa9fen : bits >> 118n === 0x3fan) {
    problems.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  }
  if (family === 4 ? bits >> 8n === 0xe0_00_00n : bits >> 112n === 0xff02n) {
    problems.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
  }
  return problems
}
