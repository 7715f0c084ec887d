import type { KubeConfig } from '../kube-config/kube-config.ts'

/** Thrown by whatever needs a server, in a manager that has none. */
export class OfflineError extends Error {
  override readonly name = 'OfflineError'
  constructor(what: string) {
    super(`${what} needs an API server, and this manager is offline: it is only to be described`)
  }
}

/** The config of a manager that reaches no server: every call fails before anything is sent. */
export const offlineConfig: KubeConfig = {
  server: 'https://offline.invalid',
  namespace: 'default',
  tls: {},
  credentials: {
    current: () => Promise.reject(new OfflineError('a call')),
    invalidate: () => {},
  },
}
