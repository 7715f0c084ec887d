import { createHash } from 'node:crypto'

import { objectOrEmpty } from '@fairlead/base'
import { errors } from '@fairlead/kube-core'

import {
  optionalDocument,
  publishedDocument,
  publishedPaths,
} from '../api-types/published-document.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { acceptsJson, parseAccept } from '../exchange/accept.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { textResponse, type ApiResponse } from '../exchange/api-response.ts'
import { withEntityTag } from '../exchange/entity-tag.ts'
import type { Registry } from '../resources/registry.ts'
import { operationParameters } from './operation-parameters.ts'
import { publishPaths } from './paths.ts'
import { publishSchemas } from './publish-schema.ts'
import { scaleSchemas, sharedSchemas, smallDocument } from './shared-schemas.ts'
import { version2, version3 } from './version-forms.ts'
import {
  version2Protobuf,
  version2ProtobufAccept,
  version2ProtobufType,
} from './version2-protobuf.ts'

interface Document {
  readonly json: string
  readonly hash: string
}

/** `/openapi/v2` in its two forms, each made when first asked for. */
interface Version2Document {
  readonly json: string
  readonly protobuf: Buffer
}

const documentInfo = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' }

/** Serves `/openapi/v3`, its documents for each group and version, and `/openapi/v2`. */
export class OpenApiHandler {
  readonly #registry: Registry
  #documents = new Map<string, Document>()
  #inVersion2: Version2Document | undefined
  #generation = -1

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** Undefined when the path is not an OpenAPI path. @throws StatusError 404 or 406 */
  handle(request: ApiRequest): ApiResponse | undefined {
    if (request.path === '/openapi/v2') return this.#version2(request)
    if (request.path === '/openapi/v3') return this.#index(request)
    if (!request.path.startsWith('/openapi/v3/')) return undefined
    requireJson(request)
    const document = this.#document(request.path.slice('/openapi/v3/'.length))
    if (document === undefined) throw errors.unknownResource()
    // The hash in the URL identifies this exact content, so clients may cache it forever.
    const isPinned = request.query.get('hash') === document.hash
    const response = withEntityTag(request, raw(document))
    if (!isPinned) return response
    const headers = { ...response.headers, 'cache-control': 'public, immutable, max-age=31536000' }
    return { ...response, headers }
  }

  #index(request: ApiRequest): ApiResponse {
    const served = new Set([...publishedPaths(), ...this.#definitionsByPath().keys()])
    const paths = [...served].map((path) => {
      const hash = this.#document(path)?.hash ?? ''
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }] as const
    })
    const index = JSON.stringify({ paths: Object.fromEntries(paths) })
    return withEntityTag(request, textResponse(200, index))
  }

  #version2(request: ApiRequest): ApiResponse {
    const accepted = parseAccept(request.accept)
    const asksProtobuf = accepted.some(({ mediaType }) => mediaType === version2ProtobufAccept)
    if (asksProtobuf && !accepted.some(acceptsJson)) {
      const headers = { 'content-type': version2ProtobufType }
      return withEntityTag(request, {
        status: 200,
        headers,
        body: this.#version2Document().protobuf,
        isCompressible: true,
      })
    }
    requireJson(request)
    return withEntityTag(request, { ...raw(this.#version2Document()), isCompressible: true })
  }

  #version2Document(): Version2Document {
    this.#forgetOutdated()
    return (this.#inVersion2 ??= version2Document(
      this.#registry.all.filter(({ origin }) => origin === 'custom'),
    ))
  }

  #forgetOutdated(): void {
    if (this.#generation === this.#registry.generation) return
    this.#documents = new Map()
    this.#inVersion2 = undefined
    this.#generation = this.#registry.generation
  }

  /** Built on first use, cached until the served resources change. */
  #document(path: string): Document | undefined {
    this.#forgetOutdated()
    const known = this.#documents.get(path)
    if (known !== undefined) return known
    const definitions = this.#definitionsByPath().get(path) ?? []
    const isServed = definitions.length > 0
    const published = publishedDocument(path) ?? (isServed ? optionalDocument(path) : undefined)
    if (!isServed && published === undefined) return undefined
    const json = published ?? version3Document(definitions)
    const hash = createHash('sha512').update(json).digest('hex').toUpperCase()
    const document = { json, hash }
    this.#documents.set(path, document)
    return document
  }

  #definitionsByPath(): Map<string, ResourceDefinition[]> {
    return Map.groupBy(this.#registry.all, ({ group, version }) =>
      group === '' ? `api/${version}` : `apis/${group}/${version}`,
    )
  }
}

/** The document of custom kinds of one group and version. */
function version3Document(definitions: readonly ResourceDefinition[]): string {
  const hasScale = definitions.some(({ scale }) => scale !== undefined)
  return JSON.stringify({
    openapi: '3.0.0',
    info: documentInfo,
    paths: publishPaths(definitions, version3, operationParameters(smallDocument())),
    components: {
      schemas: {
        ...sharedSchemas(),
        ...(hasScale ? scaleSchemas() : {}),
        ...publishSchemas(definitions, version3),
      },
    },
  })
}

/** The published document and, in it, the custom kinds. */
function version2Document(custom: readonly ResourceDefinition[]): Version2Document {
  const published = objectOrEmpty(JSON.parse(publishedDocument('v2') ?? '{}'))
  const document = {
    ...published,
    paths: {
      ...objectOrEmpty(published['paths']),
      ...publishPaths(custom, version2, operationParameters(published)),
    },
    definitions: {
      ...publishSchemas(custom, version2),
      ...objectOrEmpty(published['definitions']),
    },
  }
  let protobuf: Buffer | undefined
  return {
    json: JSON.stringify(document),
    get protobuf() {
      return (protobuf ??= version2Protobuf(document))
    },
  }
}

function raw({ json }: Pick<Document, 'json'>): ApiResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: json }
}

/** Clients ask for protobuf first; on 406, kubectl continues without or uses JSON. */
function requireJson(request: ApiRequest): void {
  if (parseAccept(request.accept).some(acceptsJson)) return
  throw errors.notAcceptable('only application/json is available')
}
