import type { DescribedManager } from '@fairlead/controller-runtime'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { LoadedOperator } from '../manifests/describe-operator.ts'
import { ScaffoldError } from '../scaffold-error.ts'
import { filesIn, readProject } from './project-folder.ts'

/**
 * Runs `setup` of a project on a manager that reaches no server, and reads the kinds that `src/api`
 * exports. The project's own controller-runtime is used, as its program does.
 */
export async function loadOperator(folder: string): Promise<LoadedOperator> {
  const { name, version, image } = readProject(folder)
  const manager = (await controllerRuntimeOf(folder)).Manager.offline()
  const { setup } = await load(join(folder, 'src/operator.ts'))
  if (typeof setup !== 'function') {
    throw new ScaffoldError('src/operator.ts exports no function setup(manager)')
  }
  await (setup as (manager: DescribedManager) => unknown)(manager)
  const modules = filesIn(folder, 'src/api').filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'),
  )
  const loaded = await Promise.all(modules.map((path) => load(join(folder, path))))
  const exported = loaded.flatMap((module) => Object.values(module))
  return { name, version, image, manager, exported }
}

interface ControllerRuntime {
  readonly Manager: { offline(): DescribedManager }
}

async function controllerRuntimeOf(folder: string): Promise<ControllerRuntime> {
  const { resolve } = createRequire(join(folder, 'package.json'))
  let path: string
  try {
    path = resolve('@fairlead/controller-runtime')
  } catch (cause) {
    throw new ScaffoldError(
      'the project has no @fairlead/controller-runtime: run npm install first',
      { cause },
    )
  }
  return (await load(path)) as unknown as ControllerRuntime
}

async function load(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ScaffoldError(`${path} cannot be loaded: ${reason}`, { cause })
  }
}
