import { KubeConfigError } from './kube-config.ts'

/** The address of a proxy that we can use, where `what` says who named it. Throws KubeConfigError. */
export function proxyAddress(url: string, what: string): string {
  // The address may hold a password, so it is never quoted.
  if (!URL.canParse(url)) {
    throw new KubeConfigError(`${what} is not a valid URL`)
  }
  const { protocol, href } = new URL(url)
  if (protocol === 'http:' || protocol === 'https:') return href
  throw new KubeConfigError(
    `${what} has the scheme ${protocol.slice(0, -1)}, which is not ` +
      'supported: name an http or https proxy',
  )
}
