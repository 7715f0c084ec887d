import { decideAccess, forbiddenFor, type Access } from '../auth/authorizer.ts'
import type { DiscoveryHandler } from '../discovery/discovery-handler.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, pageNotFound, type Handled } from '../exchange/api-response.ts'
import type { OpenApiHandler } from '../openapi/openapi-handler.ts'
import { healthResponse } from './health.ts'
import { parseResourcePath, type ResourcePath } from './request-path.ts'
import { verbOf } from './request-verb.ts'
import type { ResourceHandler } from './resource-handler.ts'

/** The content of `/version`; kubectl adapts its behaviour to it. */
const serverVersion = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.13+fairlead',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
} as const

interface ApiHandlers {
  readonly discovery: DiscoveryHandler
  readonly openApi: OpenApiHandler
  readonly resources: ResourceHandler
}

/** Routes every request: public paths first, then, once authorized, everything else. */
export class ApiHandler {
  readonly #handlers: ApiHandlers

  constructor(handlers: ApiHandlers) {
    this.#handlers = handlers
  }

  readonly handle = (request: ApiRequest): Handled | Promise<Handled> => {
    const open = openEndpoint(request)
    if (open !== undefined) return open
    const path = parseResourcePath(request.path)
    authorize(request, path)
    if (request.path.startsWith('//')) return pageNotFound()
    if (path !== undefined) return this.#handlers.resources.handle(request, path)
    const { discovery, openApi } = this.#handlers
    return (
      healthResponse(request.path, request.query) ??
      discovery.handle(request) ??
      openApi.handle(request) ??
      pageNotFound()
    )
  }
}

/** What everybody may read. */
function openEndpoint({ path, query }: ApiRequest): Handled | undefined {
  if (path === '/version' || path === '/version/') return jsonResponse(200, serverVersion)
  return /^\/(healthz|livez|readyz)(\/ping)?$/.test(path) ? healthResponse(path, query) : undefined
}

/** @throws StatusError 403 */
function authorize(request: ApiRequest, path: ResourcePath | undefined): void {
  const access = accessOf(request, path)
  if (!decideAccess(request.user, access).allowed) throw forbiddenFor(request.user, access)
}

function accessOf(request: ApiRequest, path: ResourcePath | undefined): Access {
  if (path === undefined) {
    const verb = request.method.toLowerCase()
    return { verb, group: '', resource: '', namespace: '', name: '', path: request.path }
  }
  return {
    verb: verbOf(request, path),
    group: path.group,
    resource: path.subresource ? `${path.resource}/${path.subresource}` : path.resource,
    namespace: path.namespace,
    name: path.name ?? '',
  }
}
