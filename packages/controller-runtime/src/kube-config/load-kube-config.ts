import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { parse } from 'yaml'
import { type Clock, systemClock } from '@fairlead/base'
import { clientCertificate } from './client-certificate.ts'
import { type Environment, environmentProxy } from './environment-proxy.ts'
import { execCredentials, type ExecClusterInfo } from './exec-plugin.ts'
import { impersonationOf } from './impersonation.ts'
import { combinedCredentials, fixedCredentials, KubeConfigError } from './kube-config.ts'
import type { Credentials, CredentialSource, KubeConfig, ServerTls } from './kube-config.ts'
import { inClusterConfig } from './in-cluster.ts'
import {
  decodeKubeConfigDocument,
  mergeKubeConfigDocuments,
  named,
} from './kube-config-document.ts'
import type { ClusterEntry, KubeConfigDocument, UserEntry } from './kube-config-document.ts'
import { type PemSource, pemSource } from './pem-source.ts'
import { proxyAddress } from './proxy-address.ts'
import { tokenFileCredentials } from './token-file.ts'

/** The source of a kubeconfig. Exactly one of `file` and `text`. */
export interface KubeConfigSource {
  /** A path, or several separated as in PATH; the first file wins where names are equal. */
  readonly file?: string
  /** The YAML or JSON itself. Relative paths in it are resolved against the working directory. */
  readonly text?: string
  /** Overrides the file's current context. */
  readonly context?: string
}

/**
 * Reads how to reach an API server: from a kubeconfig, or from what is mounted in a pod. Token
 * files are read and exec plugins are run when they are needed, not here. A proxy that the kubeconfig
 * does not name is taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Throws KubeConfigError.
 */
export function loadKubeConfig(
  source: KubeConfigSource | 'in-cluster',
  clock: Clock = systemClock,
  env: Environment = process.env,
): KubeConfig {
  if (source === 'in-cluster') return inClusterConfig(clock, env)
  const document = readDocument(source)
  const contextName = source.context ?? document['current-context']
  if (contextName === undefined || contextName === '') {
    throw new KubeConfigError('the kubeconfig has no current context: specify one')
  }
  const context = named(document.contexts, contextName, 'context')
  const cluster = named(document.clusters, context.cluster ?? '', 'cluster')
  const userName = context.user ?? ''
  const user = context.user === undefined ? {} : named(document.users, userName, 'user')
  const { server } = cluster
  if (server === undefined || !URL.canParse(server)) {
    throw new KubeConfigError(`the cluster of context "${contextName}" has no valid server address`)
  }
  const ca = pemSource(
    cluster['certificate-authority-data'],
    cluster['certificate-authority'],
    clock,
  )
  const proxy = proxyOf({ ...cluster, server }, context.cluster ?? '', env)
  const impersonate = impersonationOf(user, userName)
  return {
    server,
    ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
    tls: tlsOf(cluster, ca),
    credentials: credentialsOf(user, userName, { ...cluster, server }, ca, clock),
    ...(proxy === undefined ? {} : { proxy }),
    ...(impersonate === undefined ? {} : { impersonate }),
    ...(cluster['disable-compression'] === true ? { compression: false } : {}),
  }
}

/** The proxy that the cluster names, or else the environment. */
function proxyOf(
  cluster: ClusterEntry & { readonly server: string },
  name: string,
  env: Environment,
): string | undefined {
  const url = cluster['proxy-url'] ?? ''
  if (url === '') return environmentProxy(cluster.server, env)
  return proxyAddress(url, `the proxy-url of cluster "${name}"`)
}

/**
 * The kubeconfig path that kubectl would use: KUBECONFIG, or `.kube/config` in the home directory.
 */
export function kubeConfigPath(env: Readonly<Record<string, string | undefined>>): string {
  const fromEnv = env['KUBECONFIG']
  return fromEnv === undefined || fromEnv === '' ? join(homedir(), '.kube', 'config') : fromEnv
}

function readDocument(source: KubeConfigSource): KubeConfigDocument {
  if (source.text !== undefined) return decode(source.text, 'the given kubeconfig', process.cwd())
  if (source.file === undefined) throw new KubeConfigError('specify a kubeconfig as file or text')
  const paths = source.file.split(delimiter).filter((path) => path !== '')
  const documents = paths.flatMap((path) => {
    try {
      return [decode(readFileSync(path, 'utf8'), path, dirname(path))]
    } catch (cause) {
      // In a list, missing files are skipped, as in kubectl; a single file must exist.
      if (paths.length > 1 && isMissing(cause)) return []
      if (cause instanceof KubeConfigError) throw cause
      throw new KubeConfigError(`cannot read the kubeconfig ${path}`, { cause })
    }
  })
  return mergeKubeConfigDocuments(documents)
}

function decode(text: string, what: string, directory: string): KubeConfigDocument {
  let value: unknown
  try {
    value = parse(text)
  } catch {
    // The parser's message quotes the text, which contains credentials.
    throw new KubeConfigError(`${what} is not valid YAML`)
  }
  return decodeKubeConfigDocument(value, what, (path) =>
    isAbsolute(path) ? path : join(directory, path),
  )
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function tlsOf(cluster: ClusterEntry, ca: PemSource | undefined): ServerTls {
  return {
    ...(ca === undefined ? {} : { ca: ca.loaded, currentCa: ca.current }),
    ...(cluster['tls-server-name'] === undefined ? {} : { serverName: cluster['tls-server-name'] }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecureSkipVerify: true } : {}),
  }
}

function credentialsOf(
  user: UserEntry,
  userName: string,
  cluster: ClusterEntry & { readonly server: string },
  ca: PemSource | undefined,
  clock: Clock,
): CredentialSource {
  if (user.authProvider !== undefined) {
    throw new KubeConfigError(
      `user "${userName}" has the auth-provider "${user.authProvider}", which is not supported: ` +
        'use an exec plugin, such as kubelogin for OIDC',
    )
  }
  if (user.exec !== undefined) return execCredentials(user.exec, execCluster(cluster, ca), clock)
  const certificate = pemSource(user['client-certificate-data'], user['client-certificate'], clock)
  const key = pemSource(user['client-key-data'], user['client-key'], clock)
  return combinedCredentials([
    ...(certificate === undefined && key === undefined
      ? []
      : [clientCertificate(certificate, key)]),
    user.tokenFile === undefined
      ? fixedCredentials(fixedAuthorization(user))
      : tokenFileCredentials(user.tokenFile, clock),
  ])
}

function execCluster(
  cluster: ClusterEntry & { readonly server: string },
  ca: PemSource | undefined,
): ExecClusterInfo {
  const serverName = cluster['tls-server-name']
  const proxy = cluster['proxy-url']
  const { execConfig } = cluster
  return {
    server: cluster.server,
    ...(ca === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(ca.loaded).toString('base64') }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { 'insecure-skip-tls-verify': true } : {}),
    ...(serverName === undefined ? {} : { 'tls-server-name': serverName }),
    ...(proxy === undefined ? {} : { 'proxy-url': proxy }),
    ...(execConfig === undefined ? {} : { config: execConfig }),
  }
}

function fixedAuthorization(user: UserEntry): Credentials {
  if (user.token !== undefined && user.token !== '')
    return { authorization: `Bearer ${user.token}` }
  if (user.username === undefined) return {}
  const pair = `${user.username}:${user.password ?? ''}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}
