import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseExactJson } from './exact-json.ts'
import { mutate, type Mutation } from './mutation.ts'
import { sentBody } from './sent-body.ts'

/** Who sends a request: the administrator, nobody, or the owner of a bearer token. */
export type Sender = 'administrator' | 'anonymous' | { readonly token: string }

/** A request that was sent to a real kube-apiserver, and what it answered. */
export interface Exchange {
  readonly group: string
  readonly id: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON as parsed by `parseExactJson`, text or bytes that are sent as they stand. */
  readonly body?: RequestBody
  readonly sender: Sender
  readonly answer: RecordedAnswer
}

export type RequestBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly base64: string }

/** `body` is what was recorded, unless `compare` says that less is known of it. */
export interface RecordedAnswer {
  readonly status: number
  readonly contentType?: string
  /** The Warning headers in one, or only the last of them. */
  readonly warning?: string
  readonly warningsKept: 'all' | 'last'
  readonly body?: unknown
  /** `head`: only the beginning of a long text was kept. `none`: the body was not kept. */
  readonly compare: 'all' | 'head' | 'message' | 'none'
}

interface SequenceLine {
  readonly id: string
  readonly group: string
  readonly method: string
  readonly path: string
  readonly request: {
    readonly headers: Readonly<Record<string, string>> | null
    readonly body: unknown
    readonly auth: boolean | string
  }
  readonly status: number
  readonly contentType: string | null
  readonly warning: string | null
  readonly answer: unknown
}

interface MutationLine {
  readonly id: string
  readonly path: string
  readonly mutation: Mutation | null
  readonly body?: unknown
  readonly status: number
  readonly warning: string | null
  readonly answer: unknown
}

interface CelRuleLine {
  readonly id: string
  readonly schema: object
  readonly rule: string
  readonly status: number
  readonly message: string | null
}

/** The recordings under a folder of corpora, in the order in which they are played. */
export function readExchanges(corpora: string): Exchange[] {
  const folder = join(corpora, 'kubernetes')
  if (!existsSync(join(folder, 'sequences.jsonl'))) {
    throw new Error(`${folder} holds no sequences.jsonl`)
  }
  return [
    ...documents(folder),
    ...bootstrapRoles(folder),
    createdNamespace('d3'),
    ...lines<SequenceLine>(folder, 'sequences.jsonl').map((line) => sequenceExchange(line, folder)),
    createdNamespace('g'),
    ...mutationExchanges(lines<MutationLine>(folder, 'mutations.jsonl')),
    ...lines<CelRuleLine>(folder, 'cel-rules.jsonl').map(celExchange),
  ]
}

/** How much of a text was kept. */
const keptCharacters = 3000
const leftOut = '(left out: long; see openapi/)'

function sequenceExchange(line: SequenceLine, folder: string): Exchange {
  const { headers, body, auth } = line.request
  return {
    group: line.group,
    id: line.id,
    method: line.method,
    path: line.path,
    headers: headers ?? {},
    ...(body === null ? {} : { body: requestBody(sentBody(line.id, body)) }),
    sender:
      auth === true ? 'administrator' : auth === false ? 'anonymous' : { token: String(auth) },
    answer: {
      status: line.status,
      ...(line.contentType === null ? {} : { contentType: line.contentType }),
      ...(line.warning === null ? {} : { warning: line.warning }),
      warningsKept: 'last',
      ...recordedBody(line, folder),
    },
  }
}

function recordedBody({ answer, path }: SequenceLine, folder: string) {
  if (answer === leftOut) {
    const file = openApiFile(folder, path)
    return file === undefined
      ? { compare: 'none' as const }
      : { body: readJson(file), compare: 'all' as const }
  }
  const isHead = typeof answer === 'string' && answer.length === keptCharacters
  return { body: answer, compare: isHead ? ('head' as const) : ('all' as const) }
}

function openApiFile(folder: string, path: string): string | undefined {
  const name = path.replace('/openapi/v3/', '').replaceAll('/', '__')
  const file = join(folder, 'openapi', `${name}.json`)
  return existsSync(file) ? file : undefined
}

function requestBody(body: unknown): RequestBody {
  if (typeof body === 'string') return { kind: 'text', text: body }
  const base64 = (body as { base64?: unknown }).base64
  return typeof base64 === 'string' ? { kind: 'bytes', base64 } : { kind: 'json', value: body }
}

const byAdministrator = { headers: {}, sender: 'administrator' } as const

/** A namespace that requests need and whose creation is not recorded. */
function createdNamespace(name: string): Exchange {
  return {
    ...byAdministrator,
    group: 'setup',
    id: `namespace ${name}`,
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { kind: 'json', value: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } },
    answer: { status: 201, warningsKept: 'all', compare: 'none' },
  }
}

function* mutationExchanges(all: readonly MutationLine[]): Generator<Exchange> {
  const whole = new Map(
    all.filter(({ mutation }) => mutation === null).map((line) => [line.id, line.body]),
  )
  for (const { id, path, mutation, status, warning, answer } of all) {
    const resource = /\/([^/?]+)(?:\?|$)/.exec(path)?.[1] ?? path
    const change = mutation === null ? '' : ` ${mutation.path.join('.')} ${mutation.op}`
    const value = mutation?.op === 'set' ? ` ${JSON.stringify(mutation.value).slice(0, 40)}` : ''
    yield {
      ...byAdministrator,
      group: `mutations/${resource}`,
      id: `${id}${change}${value}`,
      method: 'POST',
      path,
      body: { kind: 'json', value: mutate(whole.get(id), mutation) },
      answer: {
        status,
        ...(warning === null ? {} : { warning }),
        warningsKept: 'all',
        body: answer,
        compare: 'all',
      },
    }
  }
}

/** A definition whose only rule stands at `spec`, of which the rule and the schema are recorded. */
function celExchange({ id, schema, rule, status, message }: CelRuleLine): Exchange {
  const spec = { ...schema, 'x-kubernetes-validations': [{ rule }] }
  const openAPIV3Schema = { type: 'object', properties: { spec } }
  const value = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'ws.cel.example.com' },
    spec: {
      group: 'cel.example.com',
      names: { plural: 'ws', kind: 'W' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  }
  return {
    ...byAdministrator,
    group: 'cel-rules',
    id: `${id} ${rule}`,
    method: 'POST',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All',
    body: { kind: 'json', value },
    answer: {
      status,
      ...(message === null ? {} : { body: { message } }),
      warningsKept: 'all',
      compare: 'message',
    },
  }
}

const aggregated = {
  Accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
}

/** The published documents, as requests of a group of their own. */
function documents(folder: string): Exchange[] {
  const index = readJson(join(folder, 'openapi', 'index.json')) as { paths: object }
  const plain = [
    ['discovery/api.json', '/api'],
    ['discovery/apis.json', '/apis'],
    ['openapi/index.json', '/openapi/v3'],
    ['openapi/v2.json', '/openapi/v2'],
    ...Object.keys(index.paths).map(
      (path) => [`openapi/${path.replaceAll('/', '__')}.json`, `/openapi/v3/${path}`] as const,
    ),
  ] as const
  const aggregates = [
    ['discovery/api-aggregated.json', '/api'],
    ['discovery/apis-aggregated.json', '/apis'],
  ] as const
  return [
    ...plain.map(([file, path]) => ({ file, path, headers: {} })),
    ...aggregates.map(([file, path]) => ({ file, path, headers: aggregated })),
  ]
    .filter(({ file }) => existsSync(join(folder, file)))
    .map(({ file, path, headers }) => ({
      group: 'documents',
      id: file,
      method: 'GET',
      path,
      headers,
      sender: 'administrator',
      answer: {
        status: 200,
        body: readJson(join(folder, file)),
        warningsKept: 'all',
        compare: 'all',
      },
    }))
}

/** The roles that a server creates itself; what else was there then is left out. */
function bootstrapRoles(folder: string): Exchange[] {
  return ['clusterroles', 'clusterrolebindings'].map((resource) => {
    const file = `discovery/bootstrap-${resource}.json`
    const list = readJson(join(folder, file)) as { items: readonly LabelledItem[] }
    const items = list.items.filter(({ metadata }) => metadata.labels?.[bootstrapLabel])
    return {
      ...byAdministrator,
      group: 'documents',
      id: file,
      method: 'GET',
      path: `/apis/rbac.authorization.k8s.io/v1/${resource}?labelSelector=${bootstrapLabel}`,
      answer: { status: 200, body: { ...list, items }, warningsKept: 'all', compare: 'all' },
    }
  })
}

const bootstrapLabel = 'kubernetes.io/bootstrapping'

interface LabelledItem {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> }
}

function lines<Line>(folder: string, name: string): Line[] {
  const path = join(folder, name)
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => parseExactJson(line) as Line)
}

function readJson(path: string): unknown {
  return parseExactJson(readFileSync(path, 'utf8'))
}
