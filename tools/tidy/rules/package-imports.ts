import { importedPackage, packageOf } from '../places.ts'
import type { Finding, Rule } from '../rule.ts'
import type { SourceFile } from '../source-file.ts'

/**
 * Packages import each other only as the table allows, through their entries, and only downwards.
 */
export const packageImports: Rule = {
  name: 'package-imports',
  check(tree, { packages }) {
    const names = Object.keys(packages)
    const unnamed = tree.packages
      .filter((name) => !Object.hasOwn(packages, name))
      .map((name) => ({
        path: `packages/${name}/package.json`,
        message: `is not in the table of packages: give ${name} a place in tools/tidy/architecture.ts`,
      }))
    const upward = Object.entries(packages).flatMap(([name, { mayImport }]) =>
      mayImport
        .filter((each) => !names.slice(0, names.indexOf(name)).includes(each))
        .map((each) => ({
          path: 'tools/tidy/architecture.ts',
          message: `lets ${name} import ${each}, which is not lower: list ${each} before ${name}, or move what both need below both`,
        })),
    )
    const imports = tree.modules.flatMap((file) => {
      const own = packageOf(file.path)
      return own === undefined ? [] : wrongImports(file, own, packages[own]?.mayImport ?? [])
    })
    return [...unnamed, ...upward, ...imports]
  },
}

function wrongImports(
  file: SourceFile,
  own: string,
  mayImport: readonly string[],
): readonly Finding[] {
  return file.imports.flatMap(({ name }) => {
    if (name.startsWith('.')) {
      if (file.resolve(name).startsWith(`packages/${own}/src/`)) return []
      return {
        path: file.path,
        message: `imports ${name}, which is outside the sources of ${own}: import a package by its name`,
      }
    }
    const target = importedPackage(name)
    if (target === undefined || mayImport.includes(target)) return []
    return {
      path: file.path,
      message: `imports ${name}, but ${own} may import only ${mayImport.join(', ') || 'third-party packages'}: move what both need into a lower package`,
    }
  })
}
