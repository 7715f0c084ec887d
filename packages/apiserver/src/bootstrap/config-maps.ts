import type { BootstrapObject } from './bootstrap-object.ts'

/**
 * What extension API servers trust, and since when the use of tokens in Secrets is followed, as
 * kube-apiserver writes them.
 */
export function bootstrapConfigMaps(clientAuthorities: string, now: string): BootstrapObject[] {
  const data: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'extension-apiserver-authentication': { 'client-ca-file': clientAuthorities },
    'kube-apiserver-legacy-service-account-token-tracking': { since: now.slice(0, 10) },
  }
  return Object.entries(data).map(([name, values]) => ({
    resource: 'configmaps',
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'kube-system',
    name,
    content: { data: values },
    owned: {
      'f:data': {
        '.': {},
        ...Object.fromEntries(Object.keys(values).map((key) => [`f:${key}`, {}])),
      },
    },
  }))
}
