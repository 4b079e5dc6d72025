"""What the checks rest on, as people read it beside a finding.

A circular is named only for what is known of its text; what was learnt from forms and systems in
use is called practice, and what this system adds of its own says so.
"""

CIRCULAR_10 = "财预〔2020〕10号 项目支出绩效评价管理办法"
CIRCULAR_101 = "财预〔2021〕101号 核心绩效目标和指标设置及取值指引"
FORM_DECLARATION = "项目支出绩效目标申报表填报要求"
FORM_EVALUATION = "项目支出绩效自评表填报要求"
FORM_NOTES = "各地项目支出绩效自评表填表说明"
NOTES_SICHUAN = "四川省项目支出绩效自评表填表说明（上海未见规定）"
SCHEME = "所用计分办法"
PRACTICE_GOALS = "绩效目标申报与审核通行做法"
PRACTICE_SELF = "单位自评通行做法"
REVIEWERS = "绩效目标评审常见意见"
OWN = "本系统"
