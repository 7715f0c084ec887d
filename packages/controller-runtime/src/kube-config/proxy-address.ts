import { KubeConfigError } from './kube-config.ts'

/** The `proxy-url` of a cluster, if it is one that we can use. Throws KubeConfigError. */
export function proxyAddress(url: string | undefined, cluster: string): string | undefined {
  if (url === undefined || url === '') return undefined
  // The address may hold a password, so it is never quoted.
  if (!URL.canParse(url)) {
    throw new KubeConfigError(`the proxy-url of cluster "${cluster}" is not a valid URL`)
  }
  const { protocol, href } = new URL(url)
  if (protocol === 'http:' || protocol === 'https:') return href
  throw new KubeConfigError(
    `the proxy-url of cluster "${cluster}" has the scheme ${protocol.slice(0, -1)}, which is not ` +
      'supported: name an http or https proxy',
  )
}
