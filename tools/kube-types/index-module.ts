import type { AddressedKind } from './addressed-kinds.ts'
import { moduleIdentifier, schemaName } from './schema-name.ts'

const scalars = ['Embedded', 'IntOrString', 'MicroTime', 'Quantity', 'RawExtension', 'Time']

/** Which of two kinds of one name goes without its group in its name: the newer form. */
const preferred: Readonly<Record<string, string>> = {
  Event: 'events/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
}

/** The entry of the package: the kinds by name, and every module under a name of its own. */
export function indexModule(
  header: string,
  modules: readonly string[],
  kinds: ReadonlyMap<string, AddressedKind>,
): string {
  const typeOnly = (module: string): string =>
    [...kinds.keys()].some((full) => schemaName(full).module === module) ? '' : 'type '
  const imports = modules.map(
    (module) =>
      `import ${typeOnly(module)}* as ${moduleIdentifier(module)} from './${module}.ts'\n`,
  )
  const lines = modules.flatMap((module) => {
    const names = [...kinds.keys()]
      .map((full) => schemaName(full))
      .filter((each) => each.module === module)
      .filter(({ name }) => preferred[name] === undefined || preferred[name] === module)
      .map(({ name }) => name)
      .toSorted()
    const whole = `export ${typeOnly(module)}{ ${moduleIdentifier(module)} }\n`
    return names.length === 0
      ? [whole]
      : [whole, `export { ${names.join(', ')} } from './${module}.ts'\n`]
  })
  return `${header}${imports.join('')}\n${lines.join('')}export type { ${scalars.join(', ')} } from './scalars.ts'\n`
}
