import path from 'node:path';
import type { Profile, ProfileView } from '../profile.ts';
import { legacySources } from './legacy.ts';
import { defaultRoot, hasState } from './places.ts';

/**
 * Nuvien (ko-finance): JSON documents of which there is one each, in `uploads/` of whatever directory a process was
 * started in. The root has the layout of such a directory, so it can be mounted or linked in its place:
 *
 *     uploads/admin/   uploads/news/   uploads/user_settings/   uploads/<filing files>   .state/
 *     elsewhere/ (what the program does not read now: other starts, files that a variable hides, CI)
 *
 * No environment name of this program names a directory with all of it: each names one file, and is a legacy source.
 */
export const uploadsJson: Profile = {
  id: 'uploads-json',
  title: 'Nuvien (ko-finance)',
  areas: [
    {
      id: 'auth',
      title: 'Keys and channels',
      secret: true,
      globs: ['**/ops_api_keys*', '**/ops_alert_channels*'],
    },
    {
      id: 'state',
      title: 'Logs, offsets, payments, caches and onboarding',
      secret: false,
      // An offset and the log it points into are one area: whoever takes one takes the other.
      globs: [
        '.state/**',
        'elsewhere/**/.state/**',
        '**/admin/*.jsonl',
        '**/admin/toss_*',
        '**/admin/onboarding_samples*',
        '**/admin/onboarding/**',
        '**/admin/rag_reindex*',
        '**/news/summary_cache*',
        'elsewhere/NEWS_SUMMARY_CACHE_PATH/**',
      ],
    },
    {
      id: 'settings',
      title: 'Plans and settings',
      secret: false,
      globs: [
        '**/{admin,plan}/plan_{settings,catalog,config}*',
        '**/admin/{ui_settings,campaign_settings,system_prompts,guardrails_policy,guardrail_samples,rag_config}*',
        '**/admin/ops_news_pipeline*',
        '**/user_settings/**',
        'elsewhere/{PLAN_SETTINGS,PLAN_CATALOG,PLAN_CONFIG,CAMPAIGN_SETTINGS}_FILE/**',
      ],
    },
    { id: 'documents', title: 'Event briefs', secret: false, globs: ['**/admin/event_briefs/**'] },
    { id: 'uploads', title: 'Filing files', secret: false, globs: ['uploads/**', 'elsewhere/**'] },
  ],
  root: { env: [], config: [], default: defaultRoot },
  detect,
  legacySources,
  // There is one of each document, and nothing that the program calls a session.
  sessionLocations: () => [],
  readSession() {
    throw new Error('Nuvien has no sessions.');
  },
};

function detect(view: ProfileView): boolean {
  const has = (name: string) => view.fs.existsSync(path.join(view.workspace, name));
  return (has('services/plan_service.py') && has('scripts/ci_tmp_env.sh')) || hasState(view);
}
