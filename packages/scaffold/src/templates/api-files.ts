import { kebabOf, type KindName, variableOf } from '../names.ts'
import type { ProjectFile } from '../project-file.ts'

/** A kind that a project gets. */
interface NewApi extends KindName {
  readonly namespaced: boolean
}

/** Where a version of a kind is defined. */
export function definitionPath({ version, kind }: KindName): string {
  return `src/api/${version}/${kebabOf(kind)}.ts`
}

/** Where the versions of a kind are brought together, once it has two. */
export function versionsPath({ kind }: Pick<KindName, 'kind'>): string {
  return `src/api/${kebabOf(kind)}-versions.ts`
}

/** The function that sets up the controller of a kind. */
export function controllerSetup({ kind }: Pick<KindName, 'kind'>) {
  return { name: `setup${kind}Controller`, module: `./${kebabOf(kind)}-controller.ts` }
}

/** A kind in its first version, its controller, and the test of that. */
export function apiFiles(api: NewApi): readonly ProjectFile[] {
  const file = kebabOf(api.kind)
  return [
    { path: definitionPath(api), text: definition(api) },
    { path: `src/${file}-controller.ts`, text: controller(api) },
    { path: `src/${file}-controller.test.ts`, text: test(api) },
  ]
}

/** The text of another version, which begins as a copy of one that exists. */
export function copiedVersion(text: string, from: string, to: string): string {
  return text.replaceAll(new RegExp(`(version: ['"])${from}(['"])`, 'g'), `$1${to}$2`)
}

/** A kind in two versions, and the test that nothing is lost between them. */
export function versionsFiles(name: KindName, storage: string): readonly ProjectFile[] {
  const { kind, version } = name
  const file = kebabOf(kind)
  const variable = variableOf(name)
  return [
    {
      path: versionsPath(name),
      text: `import { defineVersions } from '@fairlead/kube-core'
import { ${kind} as ${storage} } from './${storage}/${file}.ts'
import { ${kind} as ${version} } from './${version}/${file}.ts'

/** Stored as ${storage}, to and from which every other version is converted. */
export const ${variable} = defineVersions(
  { ${storage}, ${version} },
  {
    storage: '${storage}',
    convert: {
      ${version}: {
        toHub: ({ spec, status }) => ({ spec, ...(status && { status }) }),
        fromHub: ({ spec, status }) => ({ spec, ...(status && { status }) }),
      },
    },
  },
)
`,
    },
    {
      path: versionsPath(name).replace(/\.ts$/, '.test.ts'),
      text: `import { test } from 'node:test'
import { checkRoundTrips } from '@fairlead/kube-core'
import { ${variable} } from './${file}-versions.ts'

test('nothing is lost between the versions of a ${kind}', () => {
  checkRoundTrips(${variable}, { seed: 1, rounds: 200 })
})
`,
    },
  ]
}

function definition({ group, version, kind, plural, namespaced }: NewApi): string {
  return `import { type Condition, defineResource, type JsonSchema } from '@fairlead/kube-core'

export interface ${kind}Spec {
  message: string
}

export interface ${kind}Status {
  observedGeneration?: number
  conditions?: Condition[]
}

const spec: JsonSchema<${kind}Spec> = {
  type: 'object',
  required: ['message'],
  properties: {
    message: { type: 'string', minLength: 1, maxLength: 1000, description: 'What it says.' },
  },
}

const text = { type: 'string' }
const status: JsonSchema<${kind}Status> = {
  type: 'object',
  properties: {
    observedGeneration: { type: 'integer' },
    conditions: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: {
        type: 'object',
        required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
        properties: {
          type: text,
          status: text,
          reason: text,
          message: text,
          lastTransitionTime: { type: 'string', format: 'date-time' },
          observedGeneration: { type: 'integer' },
        },
      },
    },
  },
}

export const ${kind} = defineResource({
  group: '${group}',
  version: '${version}',
  kind: '${kind}',
  plural: '${plural}',${namespaced ? '' : "\n  scope: 'Cluster',"}
  description: 'A ${kind}, with a message.',
  spec,
  status,
  printColumns: [
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
})
`
}

/** What is in no namespace makes no ConfigMap: whose namespace would it be in? */
function controller(api: NewApi): string {
  const { kind, namespaced } = api
  const { name } = controllerSetup(api)
  const child = namespaced
    ? '\n    .child(ConfigMap, ({ spec }) => ({ data: { message: spec.message } }))'
    : ''
  return `import { type Manager, operator } from '@fairlead/controller-runtime'
${namespaced ? "import { ConfigMap } from '@fairlead/kube-types'\n" : ''}import { ${kind} } from '${fromSource(api)}'

/** Keeps what belongs to a ${kind}${namespaced ? ': a ConfigMap with its message' : ''}. */
export function ${name}(manager: Manager): void {
  operator(manager)
    .for(${kind})${child}
    .build()
}
`
}

function test(api: NewApi): string {
  const { kind, group, version, namespaced } = api
  const file = kebabOf(kind)
  const at = namespaced ? "namespace: 'default', " : ''
  const [what, condition] = namespaced
    ? [
        'is ready when a ConfigMap has its message',
        "isConditionTrue(object.status?.conditions, 'Ready')",
      ]
    : ['is ready', "isConditionTrue(object.status?.conditions, 'Ready')"]
  const child = namespaced
    ? `  const child = await manager.client.get(ConfigMap, { namespace: 'default', name: 'first-configmap' })
  assert.equal(child.data?.['message'], 'hello')
`
    : ''
  return `${namespaced ? "import assert from 'node:assert/strict'\n" : ''}import { test } from 'node:test'
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import { isConditionTrue, loadKubeConfig, Manager } from '@fairlead/controller-runtime'
${namespaced ? "import { ConfigMap } from '@fairlead/kube-types'\n" : ''}import { ${kind} } from '${fromSource(api)}'
import { ${controllerSetup(api).name} } from './${file}-controller.ts'

test('a ${kind} ${what}', { timeout: 20_000 }, async (t) => {
  await using environment = await TestEnvironment.start({ crds: [${kind}.crd] })
  const config = loadKubeConfig({ text: environment.kubeconfig() })
  const manager = new Manager({ config, logger: silentLogger })
  ${controllerSetup(api).name}(manager)
  const stop = new AbortController()
  const running = manager.start(AbortSignal.any([stop.signal, t.signal]))

  await manager.client.create(${kind}, {
    apiVersion: '${group}/${version}',
    kind: '${kind}',
    metadata: { ${at}name: 'first' },
    spec: { message: 'hello' },
  })
  for await (const { object } of manager.client.watch(${kind}, { signal: t.signal })) {
    if (${condition}) break
  }
${child}
  stop.abort()
  await running
})
`
}

/** The module of a version, from `src/`. */
function fromSource(name: KindName): string {
  return definitionPath(name).replace('src/', './')
}
