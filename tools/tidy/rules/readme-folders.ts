import { isTest, packageOf, pathInSources } from '../places.ts'
import type { Rule } from '../rule.ts'

/** A package's README describes each of its source folders in a sentence. */
export const readmeFolders: Rule = {
  name: 'readme-folders',
  check(tree) {
    const folders = new Set(
      tree.modules.flatMap(({ path }) => {
        const below = pathInSources(path)
        if (below === undefined || !below.includes('/') || isTest(path)) return []
        return `${packageOf(path)}/${below.split('/')[0]}`
      }),
    )
    return [...folders].flatMap((each) => {
      const [name = '', folder = ''] = each.split('/')
      const path = `packages/${name}/README.md`
      const text = tree.at(path)?.text ?? ''
      if (text.includes(`\`${folder}/\``)) return []
      return { path, message: `does not describe the folder \`${folder}/\`: give it a sentence` }
    })
  },
}
