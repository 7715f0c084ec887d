import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { brotliDecompressSync } from 'node:zlib'
import { startApiServer, type ApiServer } from '@fairlead/apiserver'
import { createClient, loadKubeConfig, SharedInformer } from '@fairlead/controller-runtime'
import { type KubernetesObject } from '@fairlead/kube-core'
import { ConfigMap } from '@fairlead/kube-types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

interface Resource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
}

/** What the server itself keeps in step with where it listens. */
const ofServer = /\/(?:endpoints|endpointslices|services)\/kubernetes$/
const team = '/api/v1/namespaces/team'

/**
 * Directories that earlier versions wrote, files by path in base64: `7666ea3` served namespaces, a few
 * core kinds and definitions, `ceb0e931` all kinds. In both are definitions, objects of the namespace
 * `team`, and a token of its account `robot`.
 */
describe.each(['7666ea3', 'ceb0e931'])('a data directory that %s wrote', (version) => {
  let folder: ReturnType<typeof temporaryFolder>
  let dataDir: string
  let stored: KubernetesObject[]
  let server: ApiServer

  beforeEach(async () => {
    folder = temporaryFolder()
    dataDir = folder.path
    unpack(version, dataDir)
    stored = storedIn(dataDir)
    server = await startApiServer({ dataDir })
  })

  afterEach(async () => {
    await server.stop()
    folder[Symbol.dispose]()
  })

  it('is served as it was', async () => {
    const paths = await pathsOf(server, stored)
    expect(stored.length).toBeGreaterThan(20)
    for (const [object, path] of paths) {
      if (ofServer.test(path)) continue
      const { metadata, ...content } = (await server.request('GET', path)) as KubernetesObject
      const { status: now, ...desired } = content
      const { metadata: before, status, ...wanted } = object
      expect([path, desired]).toEqual([path, wanted])
      expect([path, metadata.uid]).toEqual([path, before.uid])
      // A status may be brought up to date: of definitions by what is judged of them now.
      expect([path, now === undefined]).toEqual([path, status === undefined])
    }
  })

  it('has objects that can be written as they are read', async () => {
    for (const [, path] of await pathsOf(server, stored)) {
      if (ofServer.test(path)) continue
      const object = await server.request('GET', path)
      await expect(server.request('PUT', path, object), path).resolves.toMatchObject({
        metadata: { name: path.slice(path.lastIndexOf('/') + 1) },
      })
    }
  })

  it('continues its revisions, for writes and for watches', async () => {
    const revisions = stored.map(({ metadata }) => Number(metadata.resourceVersion))
    const informer = new SharedInformer({
      client: createClient(loadKubeConfig({ text: server.kubeconfig() })),
      type: ConfigMap,
      scope: { namespace: 'team' },
    })
    const stopping = new AbortController()
    const running = informer.start(stopping.signal)
    await informer.waitForSync(AbortSignal.timeout(10_000))
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } }
    const made = (await server.request('POST', `${team}/configmaps`, body)) as KubernetesObject
    expect(Number(made.metadata.resourceVersion)).toBeGreaterThan(Math.max(...revisions))
    await waitFor('both objects', () => ['settings', 'new'].every((name) => has(informer, name)))
    await server.request('DELETE', `${team}/configmaps/settings`)
    // Its dependent is collected, too.
    await waitFor(
      'the end of both',
      () => !has(informer, 'settings') && !has(informer, 'dependent'),
    )
    stopping.abort()
    await running
  })

  it('validates custom objects by the definitions that it has', async () => {
    const path = '/apis/example.com/v1/namespaces/team/widgets'
    const widget = (spec: object) => ({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'next' },
      spec,
    })
    const refused = server.request('POST', path, widget({ size: -1, name: 'A' }))
    await expect(refused).rejects.toThrow("spec.name in body should match '^[a-z]+$'")
    const created = await server.request('POST', path, widget({ name: 'a' }))
    expect(created).toMatchObject({ spec: { size: 1, name: 'a' } })
  })

  it('knows the tokens that were issued', async () => {
    const token = readFileSync(join(dataDir, 'robot-token'), 'utf8')
    const review = await server.request('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token },
    })
    const user = { username: 'system:serviceaccount:team:robot' }
    expect(review).toMatchObject({ status: { authenticated: true, user } })
    expect(server.adminToken).toBe(readFileSync(join(dataDir, 'pki/admin-token'), 'utf8'))
  })

  it('has namespaces that can be emptied and deleted', async () => {
    await server.request('DELETE', team)
    await waitFor('the end of the namespace', () =>
      server.request('GET', team).then(
        () => false,
        () => true,
      ),
    )
  })
})

it('a data directory of a later version is refused, and stays as it is', async () => {
  using folder = temporaryFolder()
  const dataDir = folder.path
  const file = join(dataDir, 'objects.db')
  const database = new DatabaseSync(file)
  database.exec('CREATE TABLE later (id INTEGER); PRAGMA user_version = 2')
  database.close()
  const before = readFileSync(file)
  await expect(startApiServer({ dataDir })).rejects.toThrow(
    `cannot open ${file}: it was written by a later version of Fairlead. Use that version, or choose another directory.`,
  )
  expect(readFileSync(file).equals(before)).toBe(true)
})

function has(informer: SharedInformer<ConfigMap>, name: string): boolean {
  return informer.get({ namespace: 'team', name }) !== undefined
}

function unpack(version: string, folder: string): void {
  const packed = new URL(`fixtures/data-directories/${version}.json.br`, import.meta.url)
  const files = JSON.parse(brotliDecompressSync(readFileSync(packed)).toString()) as object
  for (const [path, content] of Object.entries(files as Record<string, string>)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, path), Buffer.from(content, 'base64'), { mode: 0o600 })
  }
}

function storedIn(dataDir: string): KubernetesObject[] {
  const database = new DatabaseSync(join(dataDir, 'objects.db'))
  const rows = database.prepare('SELECT json FROM object').all()
  database.close()
  return rows.map(({ json }) => JSON.parse(String(json)) as KubernetesObject)
}

/** The objects and their paths; fails for a kind that is not served any more. */
async function pathsOf(
  server: ApiServer,
  objects: readonly KubernetesObject[],
): Promise<(readonly [KubernetesObject, string])[]> {
  const byVersion = new Map<string, readonly Resource[]>()
  for (const { apiVersion } of objects) {
    const path = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`
    const known = byVersion.has(apiVersion) ? undefined : await server.request('GET', path)
    if (known === undefined) continue
    byVersion.set(apiVersion, (known as { readonly resources: readonly Resource[] }).resources)
  }
  return objects.map((object) => {
    const { apiVersion, kind, metadata } = object
    const found = byVersion
      .get(apiVersion)
      ?.find((each) => each.kind === kind && !each.name.includes('/'))
    if (found === undefined) throw new Error(`${apiVersion} ${kind} is not served`)
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`
    const scope = found.namespaced ? `/namespaces/${metadata.namespace}` : ''
    return [object, `${root}${scope}/${found.name}/${metadata.name}`] as const
  })
}
