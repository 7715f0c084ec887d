import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import type { LockedPackages } from '../install/installed-tree.mjs'
import { readText, root } from '../source-tree.ts'
import { billOfMaterials, type Component } from './bill-of-materials.ts'
import { packageComponents, systemComponents } from './components.ts'
import { productionPackages } from './locked-packages.ts'

const schemas = join(root, 'node_modules/@cyclonedx/cyclonedx-library/res/schema')
const schema = (name: string) =>
  JSON.parse(readFileSync(join(schemas, `${name}.SNAPSHOT.schema.json`), 'utf8')) as object
const { packages: locked } = JSON.parse(readText('package-lock.json')) as {
  readonly packages: LockedPackages
}
const packages = productionPackages(locked, 'packages/cli')
const node = {
  path: '/node',
  version: '26.10.0',
  integrity: `sha512-${Buffer.alloc(64).toString('base64')}`,
}
const libraries = [{ name: 'libstdc++6', version: '1:12.2.0-14', architecture: 'amd64' }]
const components = [...packageComponents(packages), ...systemComponents(node, libraries)]
const product: Component = { type: 'container', name: 'image', version: '1' }
const bill = billOfMaterials(product, components, 1_700_000_000)

interface Document {
  readonly components: readonly { readonly purl: string; readonly hashes?: readonly object[] }[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}
const { components: listed, dependencies } = JSON.parse(bill) as Document

describe('a bill of materials', () => {
  it('is valid by the schema of CycloneDX', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false })
    for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
      ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`)
    }
    const valid = ajv.compile(schema('bom-1.6'))
    const check = (document: unknown) => ({ valid: valid(document), errors: valid.errors })
    expect(check(JSON.parse(bill))).toEqual({ valid: true, errors: null })
    expect(check({ ...(JSON.parse(bill) as object), components: [{}] }).valid).toBe(false)
  })

  it('lists what runs, with the digests of the lock file, and nothing of the tests', () => {
    const urls = listed.map(({ purl }) => purl)
    expect(urls).toContain('pkg:npm/%40fairlead/gateway@0.1.0')
    expect(urls).toContain('pkg:npm/undici@8.12.4')
    // A peer dependency, which npm installs too.
    expect(urls).toContainEqual(expect.stringMatching(/^pkg:npm\/%40bufbuild\/protobuf@/))
    expect(urls).toContain('pkg:deb/debian/libstdc%2B%2B6@1%3A12.2.0-14?arch=amd64')
    expect(urls.filter((url) => /vitest|typescript|%40types/.test(url))).toEqual([])
    const { integrity = '' } = locked['node_modules/undici'] ?? {}
    const content = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex')
    const undici = listed.find(({ purl }) => purl.startsWith('pkg:npm/undici@'))
    expect(undici?.hashes).toEqual([{ alg: 'SHA-512', content }])
  })

  it('names no dependency that it does not list', () => {
    const known = new Set(dependencies.map(({ ref }) => ref))
    expect(
      dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !known.has(ref)),
    ).toEqual([])
  })

  it('has the same text for the same parts, in any order, and a number of its own for others', () => {
    expect(billOfMaterials(product, components.toReversed(), 1_700_000_000)).toBe(bill)
    const number = (text: string) => /"serialNumber": "(.*)"/.exec(text)?.[1]
    expect(number(billOfMaterials(product, components.slice(1), 1_700_000_000))).not.toBe(
      number(bill),
    )
  })
})
