import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@fairlead/base'
import { type Environment, environmentProxy } from './environment-proxy.ts'
import { KubeConfigError } from './kube-config.ts'
import type { KubeConfig } from './kube-config.ts'
import { rotated } from './pem-source.ts'
import { tokenFileCredentials } from './token-file.ts'

/** Where the kubelet mounts a pod's service account. */
const serviceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * The configuration inside a pod: the API server from the environment, the CA and the token from
 * the mounted service account. Throws KubeConfigError outside a cluster.
 */
export function inClusterConfig(
  clock: Clock,
  env: Environment,
  directory: string = serviceAccountDirectory,
): KubeConfig {
  const host = env['KUBERNETES_SERVICE_HOST']
  const port = env['KUBERNETES_SERVICE_PORT']
  if (!host || !port) {
    throw new KubeConfigError(
      'not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set',
    )
  }
  const namespace = readOptional(join(directory, 'namespace'))?.trim()
  const caFile = join(directory, 'ca.crt')
  const ca = readOptional(caFile)
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`
  const proxy = environmentProxy(server, env)
  return {
    server,
    ...(proxy === undefined ? {} : { proxy }),
    ...(namespace ? { namespace } : {}),
    tls: ca === undefined ? {} : { ca, currentCa: rotated(caFile, ca, clock).current },
    credentials: tokenFileCredentials(join(directory, 'token'), clock),
  }
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
