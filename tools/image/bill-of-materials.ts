import { createHash } from 'node:crypto'

/** A part of a product, as bills of materials describe it. */
export interface Component {
  readonly type: 'application' | 'container' | 'library'
  readonly name: string
  readonly version: string
  /** Its package URL; none of the product where nobody has published it. */
  readonly purl?: string
  /** An SPDX expression. */
  readonly license?: string
  /** Of its archive, as npm writes it: `sha512-` and Base64. */
  readonly integrity?: string
  /** The package URLs of what it needs. */
  readonly needs?: readonly string[]
}

/** The newest version whose readers are common. */
const specVersion = '1.6'

/**
 * What a product consists of, as a CycloneDX document. Everything in it comes from the arguments: the
 * same parts at the same time, in seconds since 1970, give the same text.
 */
export function billOfMaterials(
  product: Component,
  components: readonly Component[],
  modifiedAt: number,
): string {
  const sorted = components.toSorted((a, b) => (referenceOf(a) < referenceOf(b) ? -1 : 1))
  const content = {
    metadata: {
      timestamp: new Date(modifiedAt * 1000).toISOString(),
      component: described(product),
    },
    components: sorted.map(described),
    dependencies: [product, ...sorted].map((component) => ({
      ref: referenceOf(component),
      dependsOn: [...new Set(component.needs)].toSorted(),
    })),
  }
  const document = {
    $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion,
    serialNumber: serialNumberOf(JSON.stringify(content)),
    version: 1,
    ...content,
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

/** The package URL of a package of npm. */
export function npmUrl({ name, version }: { readonly name: string; readonly version: string }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

function described(component: Component): object {
  const { type, name, version, purl, license, integrity } = component
  const [group, rest] = name.startsWith('@') ? name.split('/') : []
  return {
    type,
    'bom-ref': referenceOf(component),
    ...(group === undefined ? { name } : { group, name: rest }),
    version,
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    ...(purl === undefined ? {} : { purl }),
    ...(integrity === undefined ? {} : { hashes: [hashOf(integrity)] }),
  }
}

function referenceOf({ name, version, purl }: Component): string {
  return purl ?? `${name}@${version}`
}

function hashOf(integrity: string): object {
  const [algorithm = '', digest = ''] = integrity.split('-')
  const content = Buffer.from(digest, 'base64').toString('hex')
  return { alg: algorithm.replace('sha', 'SHA-'), content }
}

/** A UUID of the content (version 8 of RFC 9562): another content has another. */
function serialNumberOf(content: string): string {
  const bytes = createHash('sha256').update(content).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return `urn:uuid:${parts.join('-')}-${hex.slice(20)}`
}
