import { BlockList, isIP } from 'node:net'
import { proxyAddress } from './proxy-address.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name for a server, as Go's programs read them:
 * names in capitals first, nothing for this machine. A proxy without a scheme is an http one. Throws
 * KubeConfigError for one that we cannot use.
 */
export function environmentProxy(server: string, env: Environment): string | undefined {
  const { protocol, hostname, port } = new URL(server)
  const isSecure = protocol === 'https:'
  const name = isSecure ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const proxy = read(env, name)
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (proxy === undefined || isThisMachine(host)) return undefined
  const serverPort = port === '' ? (isSecure ? '443' : '80') : port
  if (exceptions(env).some((exception) => covers(exception, host, serverPort))) return undefined
  return proxyAddress(withScheme(proxy), `the environment variable ${name}`)
}

function read(env: Environment, name: string): string | undefined {
  return [env[name], env[name.toLowerCase()]].find((value) => value !== undefined && value !== '')
}

function exceptions(env: Environment): readonly string[] {
  const list = read(env, 'NO_PROXY') ?? ''
  return list.split(',').flatMap((entry) => {
    const trimmed = entry.trim().toLowerCase()
    return trimmed === '' ? [] : [trimmed]
  })
}

/** Whether an entry of NO_PROXY is about the server: `*`, a range, an address or a domain. */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  const [, network, bits] = /^([\d.]+|[\da-f:.]+)\/(\d+)$/.exec(entry) ?? []
  if (network !== undefined) return isWithin(host, network, Number(bits))
  const { name, port: only } = splitPort(entry)
  if (only !== undefined && only !== port) return false
  if (isIP(name) !== 0) return isWithin(host, name, isIP(name) === 4 ? 32 : 128)
  const domain = name.replace(/^\*(?=\.)/, '')
  if (domain.startsWith('.')) return host.endsWith(domain)
  return host === domain || host.endsWith(`.${domain}`)
}

/** An entry may end in a port; an address of IPv6 then has brackets. */
function splitPort(entry: string): { name: string; port?: string } {
  if (isIP(entry) !== 0) return { name: entry }
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? []
  const bare = name.replace(/^\[|\]$/g, '')
  return port === undefined ? { name: bare } : { name: bare, port }
}

function isWithin(host: string, network: string, bits: number): boolean {
  const family = isIP(network)
  if (family === 0 || isIP(host) !== family || bits > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  list.addSubnet(network, bits, kind)
  return list.check(host, kind)
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function withScheme(proxy: string): string {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`
}
