import type { LockedPackages } from '../install/installed-tree.mjs'
import { readText } from '../source-tree.ts'
import { billOfMaterials } from './bill-of-materials.ts'
import { packageComponents } from './components.ts'
import { productionPackages } from './locked-packages.ts'
import { revision } from './revision.ts'

// npm run -s sbom > fairlead.cdx.json: what the package `fairlead` consists of, as a CycloneDX document.

const { packages: locked } = JSON.parse(readText('package-lock.json')) as {
  readonly packages: LockedPackages
}
const components = packageComponents(productionPackages(locked, 'packages/cli'))
const product = components.find(({ type }) => type === 'application')
if (product === undefined) throw new Error('package-lock.json has no fairlead')
const others = components.filter((component) => component !== product)
process.stdout.write(billOfMaterials(product, others, revision(process.env).modifiedAt))
