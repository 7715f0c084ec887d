import { execFile } from 'node:child_process'
import { type Clock, isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { KubeConfigError } from './kube-config.ts'
import type { Credentials, CredentialSource } from './kube-config.ts'

/** The `exec` part of a kubeconfig user. */
export interface ExecPlugin {
  readonly command: string
  readonly args?: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly apiVersion: string
  readonly provideClusterInfo?: boolean
  /** It asks a person: `interactiveMode: Always`. */
  readonly alwaysInteractive?: boolean
}

/** Cluster information for the plugin, if it asks for it. */
export interface ExecClusterInfo {
  readonly server: string
  readonly 'certificate-authority-data'?: string
  readonly 'insecure-skip-tls-verify'?: boolean
  readonly 'tls-server-name'?: string
  readonly 'proxy-url'?: string
  readonly config?: JsonObject
}

interface ExecStatus {
  readonly token?: string
  readonly clientCertificateData?: string
  readonly clientKeyData?: string
  readonly expirationTimestamp?: string
}

const pluginTimeoutMs = 60_000
const outputLimitBytes = 1024 * 1024
/** How long before expiry credentials are renewed, so that none expires on its way. */
const renewEarlyMs = 10_000

/**
 * Credentials from an exec plugin (client.authentication.k8s.io). The plugin runs when they are
 * first needed, when they expire, and after the server refused them; never twice concurrently.
 */
export function execCredentials(
  plugin: ExecPlugin,
  cluster: ExecClusterInfo,
  clock: Clock,
): CredentialSource {
  if (plugin.alwaysInteractive === true) {
    throw new KubeConfigError(
      `exec plugin cannot support interactive mode: standard input is unavailable (${plugin.command})`,
    )
  }
  let cached: { credentials: Credentials; expiresAtMs: number } | undefined
  let running: Promise<Credentials> | undefined

  async function renew(): Promise<Credentials> {
    const status = await runPlugin(plugin, cluster)
    const credentials = credentialsOf(plugin, status)
    const expiresAtMs = Date.parse(status.expirationTimestamp ?? '')
    cached = { credentials, expiresAtMs: Number.isNaN(expiresAtMs) ? Infinity : expiresAtMs }
    return credentials
  }

  return {
    current() {
      if (cached !== undefined && clock.now() < cached.expiresAtMs - renewEarlyMs) {
        return Promise.resolve(cached.credentials)
      }
      running ??= renew().finally(() => {
        running = undefined
      })
      return running
    },
    invalidate() {
      cached = undefined
    },
  }
}

function credentialsOf(plugin: ExecPlugin, status: ExecStatus): Credentials {
  const { token, clientCertificateData: certificate, clientKeyData: key } = status
  if (token === undefined && certificate === undefined) {
    throw new KubeConfigError(`the exec plugin ${plugin.command} gave no token and no certificate`)
  }
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
  }
}

function runPlugin(plugin: ExecPlugin, cluster: ExecClusterInfo): Promise<ExecStatus> {
  const info = {
    apiVersion: plugin.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(plugin.provideClusterInfo ? { cluster } : {}) },
  }
  const added = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]))
  const env = { ...process.env, ...added, KUBERNETES_EXEC_INFO: JSON.stringify(info) }
  return new Promise((resolve, reject) => {
    execFile(
      plugin.command,
      [...(plugin.args ?? [])],
      { env, timeout: pluginTimeoutMs, maxBuffer: outputLimitBytes, encoding: 'utf8' },
      (failure, output) => {
        // The plugin's output may hold a token, so it must not get into a message or a cause.
        if (failure !== null) {
          const why = failure.killed ? 'timed out' : `failed (${String(failure.code)})`
          return reject(new KubeConfigError(`the exec plugin ${plugin.command} ${why}`))
        }
        const status = parseExecCredential(output)
        if (status !== undefined) return resolve(status)
        reject(new KubeConfigError(`the exec plugin ${plugin.command} printed no ExecCredential`))
      },
    )
  })
}

function parseExecCredential(output: string): ExecStatus | undefined {
  const value = parseJsonOrUndefined(output)
  if (!isJsonObject(value) || value['kind'] !== 'ExecCredential') return undefined
  const { status } = value
  return isJsonObject(status) ? status : undefined
}
