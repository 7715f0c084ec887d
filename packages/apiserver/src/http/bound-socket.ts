import net from 'node:net'

/**
 * A socket of an address of IPv4, to listen on; undefined where only Node can tell what a host means,
 * or cannot bind a socket beforehand (before Node 26).
 *
 * A server that is given a host loads resolver and cluster, and compiles a pattern of addresses of
 * IPv6: a fifth of what it takes to start.
 * @throws when the port is taken
 */
export function boundSocket(host: string, port: number): net.BoundSocket | undefined {
  const { BoundSocket } = net as { readonly BoundSocket?: typeof net.BoundSocket }
  if (BoundSocket === undefined || !net.isIPv4(host)) return undefined
  return new BoundSocket({ host, port })
}
