import { npmUrl, type Component } from './bill-of-materials.ts'
import type { DebianPackage } from './debian-packages.ts'
import type { ProductionPackage } from './locked-packages.ts'
import type { NodeProgram } from './node-program.ts'

/** The packages that `fairlead` needs, and itself, as components. */
export function packageComponents(packages: readonly ProductionPackage[]): Component[] {
  const urls = new Map(packages.map((each) => [each.installed, npmUrl(each)]))
  return packages.map(({ name, version, license, integrity, needs }) => ({
    type: name === 'fairlead' ? 'application' : 'library',
    name,
    version,
    purl: npmUrl({ name, version }),
    ...(license === undefined ? {} : { license }),
    ...(integrity === undefined ? {} : { integrity }),
    needs: needs.map((installed) => urls.get(installed) ?? ''),
  }))
}

/** What else is in the image: Node, and the libraries that it needs. */
export function systemComponents(
  node: NodeProgram,
  libraries: readonly DebianPackage[],
): Component[] {
  const system = libraries.map(({ name, version, architecture }): Component => {
    // The part of C++ in "libstdc++6", and a version with an epoch, are not literal in a URL.
    const [package_ = '', release = ''] = [name, version].map(encodeURIComponent)
    return {
      type: 'library',
      name,
      version,
      purl: `pkg:deb/debian/${package_}@${release}?arch=${architecture}`,
    }
  })
  return [
    {
      type: 'application',
      name: 'node',
      version: node.version,
      purl: `pkg:generic/node@${node.version}`,
      license: 'MIT',
      integrity: node.integrity,
      needs: system.map(({ purl = '' }) => purl),
    },
    ...system,
  ]
}
