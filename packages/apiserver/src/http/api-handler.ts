import { errors } from '@fairlead/kube-core'

import { ANONYMOUS } from '../auth/user.ts'
import type { ApiRequest } from './api-request.ts'
import { jsonResponse, textResponse, type Handled } from './api-response.ts'
import { parseResourcePath } from './request-path.ts'
import type { ResourceHandler } from './resource-handler.ts'

/** What `/version` says; kubectl chooses its behaviour by it. */
export const SERVER_VERSION = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.4+fairlead',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: `${process.platform}/${process.arch}`,
} as const

/** Routes every request: health and version, discovery, then resources. */
export class ApiHandler {
  readonly #resources: ResourceHandler

  constructor(resources: ResourceHandler) {
    this.#resources = resources
  }

  readonly handle = (request: ApiRequest): Handled => {
    const open = this.#openEndpoint(request)
    if (open !== undefined) return open
    if (request.user === ANONYMOUS) throw errors.unauthorized()
    const path = parseResourcePath(request.path)
    if (path === undefined) throw errors.unknownResource()
    return this.#resources.handle(request, path)
  }

  /** What even an anonymous user may read. */
  #openEndpoint(request: ApiRequest): Handled | undefined {
    switch (request.path) {
      case '/version':
      case '/version/':
        return jsonResponse(200, SERVER_VERSION)
      case '/healthz':
      case '/livez':
      case '/readyz':
        return textResponse(200, 'ok')
      default:
        return undefined
    }
  }
}
