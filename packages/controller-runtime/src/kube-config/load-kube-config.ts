import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { parse } from 'yaml'
import { type Clock, systemClock } from '@fairlead/base'
import { execCredentials } from './exec-plugin.ts'
import { fixedCredentials, KubeConfigError } from './kube-config.ts'
import type { CredentialSource, KubeConfig, ServerTls } from './kube-config.ts'
import { inClusterConfig } from './in-cluster.ts'
import {
  decodeKubeConfigDocument,
  mergeKubeConfigDocuments,
  named,
} from './kube-config-document.ts'
import type { ClusterEntry, KubeConfigDocument, UserEntry } from './kube-config-document.ts'
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
 * files are read and exec plugins are run when they are needed, not here. Throws
 * KubeConfigError.
 */
export function loadKubeConfig(
  source: KubeConfigSource | 'in-cluster',
  clock: Clock = systemClock,
): KubeConfig {
  if (source === 'in-cluster') return inClusterConfig(clock)
  const document = readDocument(source)
  const contextName = source.context ?? document['current-context']
  if (contextName === undefined || contextName === '') {
    throw new KubeConfigError('the kubeconfig has no current context: specify one')
  }
  const context = named(document.contexts, contextName, 'context')
  const cluster = named(document.clusters, context.cluster ?? '', 'cluster')
  const user = context.user === undefined ? {} : named(document.users, context.user, 'user')
  if (cluster.server === undefined || !URL.canParse(cluster.server)) {
    throw new KubeConfigError(`the cluster of context "${contextName}" has no valid server address`)
  }
  const tls = tlsOf(cluster)
  return {
    server: cluster.server,
    ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
    tls,
    credentials: credentialsOf(user, cluster.server, tls, clock),
  }
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

function tlsOf(cluster: ClusterEntry): ServerTls {
  const ca = pem(cluster['certificate-authority-data'], cluster['certificate-authority'])
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cluster['tls-server-name'] === undefined ? {} : { serverName: cluster['tls-server-name'] }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecureSkipVerify: true } : {}),
  }
}

function credentialsOf(
  user: UserEntry,
  server: string,
  tls: ServerTls,
  clock: Clock,
): CredentialSource {
  if (user.exec !== undefined) {
    return execCredentials(
      user.exec,
      {
        server,
        ...(tls.ca === undefined
          ? {}
          : { 'certificate-authority-data': Buffer.from(tls.ca).toString('base64') }),
        ...(tls.insecureSkipVerify ? { 'insecure-skip-tls-verify': true } : {}),
      },
      clock,
    )
  }
  const certificate = pem(user['client-certificate-data'], user['client-certificate'])
  const key = pem(user['client-key-data'], user['client-key'])
  const pair = {
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
  }
  if (user.tokenFile !== undefined) {
    const file = tokenFileCredentials(user.tokenFile, clock)
    return {
      current: async (signal) => ({ ...pair, ...(await file.current(signal)) }),
      invalidate: () => file.invalidate(),
    }
  }
  const authorization = fixedAuthorization(user)
  return fixedCredentials({ ...pair, ...(authorization === undefined ? {} : { authorization }) })
}

function fixedAuthorization(user: UserEntry): string | undefined {
  if (user.token !== undefined && user.token !== '') return `Bearer ${user.token}`
  if (user.username === undefined) return undefined
  const pair = `${user.username}:${user.password ?? ''}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

function pem(data: string | undefined, file: string | undefined): string | undefined {
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8')
  if (file === undefined || file === '') return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new KubeConfigError(`cannot read ${file}, which the kubeconfig refers to`, { cause })
  }
}
