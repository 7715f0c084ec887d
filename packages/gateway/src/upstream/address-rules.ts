import { BlockList, isIP } from 'node:net'

/** Why an address may not be connected to. */
type AddressDenial = 'link-local-or-metadata' | 'private'

/** Link-local, and where clouds keep instance metadata: never a model provider, always a prize. */
const alwaysDenied = blockList([
  ['169.254.0.0', 16],
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
])

/** Loopback, private, shared and otherwise not public (IANA special-purpose registries). */
const notPublic = blockList([
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
  ['::', 128],
  ['::1', 128],
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['fec0::', 10],
  ['ff00::', 8],
])

/** Undefined when the gateway may connect to the address. */
export function denialOf(address: string, allowPrivate: boolean): AddressDenial | undefined {
  const plain = withoutEmbedding(address)
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4'
  if (alwaysDenied.check(plain, family)) return 'link-local-or-metadata'
  if (!allowPrivate && notPublic.check(plain, family)) return 'private'
  return undefined
}

/** An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) is judged as that IPv4 address. */
function withoutEmbedding(address: string): string {
  const bare = address.split('%')[0] ?? address
  if (isIP(bare) !== 6) return bare
  const groups = expand(bare)
  const zeros = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0)
  const ipv4At = (index: number) => {
    const high = groups[index] ?? 0
    const low = groups[index + 1] ?? 0
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  }
  if (zeros(0, 5) && groups[5] === 0xffff) return ipv4At(6)
  if (zeros(0, 6) && !(groups[6] === 0 && (groups[7] ?? 0) <= 1)) return ipv4At(6)
  if (groups[0] === 0x64 && groups[1] === 0xff9b && zeros(2, 6)) return ipv4At(6)
  if (groups[0] === 0x2002) return ipv4At(1)
  return bare
}

function expand(address: string): number[] {
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) => {
    const high = (Number(a) << 8) | Number(b)
    const low = (Number(c) << 8) | Number(d)
    return `${high.toString(16)}:${low.toString(16)}`
  })
  const [head = '', tail] = text.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const filling = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array<string>(Math.max(filling, 0)).fill('0'), ...after].map((group) =>
    Number.parseInt(group, 16),
  )
}

function blockList(ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of ranges) {
    list.addSubnet(network, prefix, isIP(network) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
