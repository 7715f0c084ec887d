import type { CompileResult } from './compile-result.ts'
import { createCompiler, type CompileOptions } from './compiler.ts'
import type { ResourceSet } from './resource-set.ts'

/**
 * Compiles resources once: what a `Compiler` gives for them, whatever it compiled before. Pure: the
 * result depends on the resources and the options alone, and is frozen. Never throws for the content
 * of a resource.
 */
export function compile(resources: ResourceSet, options: CompileOptions): CompileResult {
  return createCompiler(options).compile(resources)
}
