import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

import { columnTable } from './column-table.ts'
import { featureGateTable } from './feature-gate-table.ts'
import { goModule, goPackage } from './go-module.ts'
import { publishedDocuments, schemasOf, type PublishedDocument } from './published-documents.ts'
import { resourceTable, type DiscoveryList } from './resource-table.ts'
import { typeTable, type NamedPackage } from './type-table.ts'

// npm run generate:kubernetes-api -- DIRECTORY: writes the tables of Kubernetes' own types and
// resources, from the declarations in its Go modules (Apache-2.0) and from what a server of the same
// version publishes: DIRECTORY/openapi has the documents of /openapi/v3 (and v2.json), and
// DIRECTORY/discovery the aggregated lists of /api and /apis. The same sources give the same files.

const version = 'v0.32.13'
/** Packages of `k8s.io/api` with kinds that the server of that version serves. */
const groups = [
  'admission/v1',
  'admissionregistration/v1',
  'admissionregistration/v1alpha1',
  'apps/v1',
  'authentication/v1',
  'authorization/v1',
  'autoscaling/v1',
  'autoscaling/v2',
  'batch/v1',
  'certificates/v1',
  'coordination/v1',
  'core/v1',
  'discovery/v1',
  'events/v1',
  'flowcontrol/v1',
  'networking/v1',
  'node/v1',
  'policy/v1',
  'rbac/v1',
  'scheduling/v1',
  'storage/v1',
]
/** Versions that such a server serves when it is told to: what they publish is in its sources. */
const optionalVersions = ['apis/admissionregistration.k8s.io/v1alpha1']
const otherPackages: readonly (readonly [module: string, path: string])[] = [
  ['k8s.io/apimachinery', 'pkg/api/resource'],
  ['k8s.io/apimachinery', 'pkg/apis/meta/v1'],
  ['k8s.io/apimachinery', 'pkg/apis/meta/v1beta1'],
  ['k8s.io/apimachinery', 'pkg/runtime'],
  ['k8s.io/apimachinery', 'pkg/types'],
  ['k8s.io/apimachinery', 'pkg/util/intstr'],
  ['k8s.io/apiextensions-apiserver', 'pkg/apis/apiextensions/v1'],
  ['k8s.io/kube-aggregator', 'pkg/apis/apiregistration/v1'],
]

const [directory] = process.argv.slice(2)
if (directory === undefined) throw new Error('name the directory of the published documents')
const target = fileURLToPath(new URL('../../packages/apiserver/src/api-types', import.meta.url))

const packages: NamedPackage[] = [
  ...groups.map((path) => ['k8s.io/api', path] as const),
  ...otherPackages,
].map(([module, path]) => ({
  path: `${module}/${path}`,
  prefix: `io.${`${module}/${path}`.replace('k8s.io', 'k8s').replaceAll('/', '.')}`,
  content: goPackage(join(goModule(module, version), path)),
}))
const documents = publishedDocuments(join(directory, 'openapi'))
const sources = goModule('k8s.io/kubernetes', version.replace('v0', 'v1'))
const optional = optionalVersions.map((path) => {
  const name = `${path.replaceAll('/', '__')}_openapi.json`
  return { path, json: readFileSync(join(sources, 'api/openapi-spec/v3', name), 'utf8') }
})
const schemas = schemasOf([...documents, ...optional])
const discovery = ['api', 'apis'].map((name) => {
  const path = join(directory, 'discovery', `${name}-aggregated.json`)
  return JSON.parse(readFileSync(path, 'utf8')) as DiscoveryList
})

/** Of the machinery in these packages, the types that are parts of objects. */
const machinery = /^io\.k8s\.apimachinery\.pkg\.(runtime|types|api\.resource)\./
const parts = new Set(['Quantity', 'RawExtension', 'Unknown'])
const types = Object.entries(typeTable(packages, schemas)).filter(
  ([name]) => !machinery.test(name) || parts.has(name.slice(name.lastIndexOf('.') + 1)),
)
write('types.json', `{\n${types.map(([name, rows]) => line(name, rows)).join(',\n')}\n}\n`)
const resources = resourceTable(discovery, schemas).map((each) => JSON.stringify(each))
write('resources.json', `[\n${resources.join(',\n')}\n]\n`)

write('columns.json', `${JSON.stringify(columnTable(version))}\n`)
const gates = Object.entries(featureGateTable(version))
write('feature-gates.json', `{\n${gates.map(([name, row]) => line(name, row)).join(',\n')}\n}\n`)

rmSync(join(target, 'published'), { recursive: true, force: true })
mkdirSync(join(target, 'published/optional'), { recursive: true })
const v2 = { path: 'v2', json: readFileSync(join(directory, 'openapi/v2.json'), 'utf8') }
for (const document of [...documents, v2]) publish('published', document)
for (const document of optional) publish('published/optional', document)

function publish(folder: string, { path, json }: PublishedDocument): void {
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  const packed = brotliCompressSync(json, { params: quality })
  writeFileSync(join(target, folder, `${path.replaceAll('/', '__')}.json.br`), packed)
}

function line(name: string, rows: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(rows)}`
}

function write(name: string, text: string): void {
  writeFileSync(join(target, name), text)
}
