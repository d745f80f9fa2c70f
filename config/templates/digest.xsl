<?xml version="1.0" encoding="UTF-8"?>
<!--
  The digest as a page and as a mail. Edit freely: docs/digest.md describes the tree this sees
  (`nabiz digest ... format xml` prints one), and `make test` holds that every label used is there.

  Mail programs know tables and inline styles and little else; the style element is for those that
  also know dark mode and narrow screens. Nothing is fetched from anywhere, nothing runs.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="html" encoding="UTF-8" indent="no" doctype-system="about:legacy-compat"/>
  <xsl:strip-space elements="*"/>
  <xsl:key name="l" match="/digest/labels/l" use="@id"/>

  <xsl:variable name="font">font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;</xsl:variable>
  <xsl:variable name="small">font-size:13px;line-height:19px;color:#5b6472;</xsl:variable>

  <xsl:template match="/digest">
    <html lang="{@lang}">
      <head>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <meta name="supported-color-schemes" content="light dark"/>
        <title><xsl:call-template name="page-title"/></title>
        <style>
          body { margin: 0; padding: 0; }
          a { color: #1a56b0; text-decoration: none; }
          @media (max-width: 520px) {
            .pad { padding-left: 16px !important; padding-right: 16px !important; }
            .edge { padding: 0 !important; }
            .card { border-radius: 0 !important; border-left: 0 !important; border-right: 0 !important; }
            .figure { font-size: 22px !important; line-height: 28px !important; }
            .wide { display: none !important; }
          }
          @media (prefers-color-scheme: dark) {
            .back { background: #12151a !important; }
            .card { background: #1b2028 !important; border-color: #2c333e !important; }
            .ink { color: #e8ebf0 !important; }
            .dim { color: #9aa5b5 !important; }
            .line { border-color: #2c333e !important; }
            .chip { background: #262d38 !important; color: #c7d0dc !important; }
            .bar { background: #56b4e9 !important; }
            .bar-bad { background: #f08a3c !important; }
            .code { background: #242b35 !important; color: #b6c1d0 !important; }
            .track { background: #2c333e !important; }
            .bad { color: #f5a066 !important; }
            .good { color: #4cc7a0 !important; }
            a { color: #7fb0f5 !important; }
          }
        </style>
      </head>
      <body class="back" style="margin:0;padding:0;background:#eef1f5;">
        <table role="presentation" class="back" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#eef1f5;">
          <tr>
            <td class="edge" align="center" style="padding:24px 12px;">
              <table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:660px;background:#ffffff;border:1px solid #dde2ea;border-radius:10px;{$font}text-align:left;">
                <xsl:call-template name="head"/>
                <xsl:apply-templates select="headline"/>
                <xsl:apply-templates select="alerts[alert]"/>
                <xsl:apply-templates select="counts"/>
                <xsl:apply-templates select="slots"/>
                <xsl:apply-templates select="stories[story]"/>
                <xsl:apply-templates select="terms[term]"/>
                <xsl:apply-templates select="waiting"/>
                <xsl:apply-templates select="questions[question]"/>
                <xsl:apply-templates select="praises[praise]"/>
                <xsl:apply-templates select="loudest[person]"/>
                <xsl:apply-templates select="influencers[person]"/>
                <xsl:apply-templates select="silence[silent]"/>
                <xsl:apply-templates select="share[count(topic) &gt; 1]"/>
                <xsl:apply-templates select="events[event]"/>
                <tr>
                  <td class="pad dim line" style="padding:16px 28px 22px;border-top:1px solid #e6eaf0;font-size:12px;line-height:18px;color:#7a8494;">
                    <xsl:value-of select="key('l', 'footer')"/>
                  </td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html>
  </xsl:template>

  <xsl:template name="page-title">
    <xsl:variable name="pattern" select="key('l', concat('title', substring('.week', 1 + 5 * (@period = 'day'))))"/>
    <xsl:value-of select="substring-before($pattern, '{topic}')"/>
    <xsl:value-of select="@topic"/>
    <xsl:value-of select="substring-after($pattern, '{topic}')"/>
  </xsl:template>

  <xsl:template name="head">
    <tr>
      <td class="pad" style="padding:26px 28px 4px;">
        <h1 class="ink" style="margin:0;font-size:24px;line-height:30px;font-weight:700;color:#171b22;"><xsl:call-template name="page-title"/></h1>
        <div class="dim" style="font-size:15px;line-height:22px;color:#5b6472;"><xsl:value-of select="@date"/></div>
      </td>
    </tr>
  </xsl:template>

  <!-- What changed -->
  <xsl:template match="headline">
    <tr>
      <td class="pad" style="padding:14px 28px 8px;">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
          <xsl:apply-templates/>
        </table>
      </td>
    </tr>
  </xsl:template>

  <xsl:template match="headline/line">
    <xsl:variable name="colour">
      <xsl:choose>
        <xsl:when test="@tone = 'bad'">#d55e00</xsl:when>
        <xsl:when test="@tone = 'good'">#009e73</xsl:when>
        <xsl:otherwise>#a9b3c1</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <tr>
      <td width="4" style="width:4px;background:{$colour};font-size:0;line-height:0;">&#160;</td>
      <td class="ink" style="padding:5px 0 5px 12px;font-size:16px;line-height:23px;color:#171b22;"><xsl:value-of select="."/></td>
    </tr>
    <xsl:if test="position() != last()">
      <tr><td colspan="2" height="4" style="height:4px;font-size:0;line-height:0;">&#160;</td></tr>
    </xsl:if>
  </xsl:template>

  <!-- Figures -->
  <xsl:template match="counts">
    <tr>
      <td class="pad" style="padding:14px 22px 6px;">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;">
          <tr><xsl:apply-templates select="count"/></tr>
        </table>
        <div style="padding:10px 6px 4px;"><xsl:apply-templates select="/digest/chart[@id = 'sentiment']"/></div>
        <div style="padding:0 6px;">
          <xsl:call-template name="recount"><xsl:with-param name="command" select="@command"/></xsl:call-template>
          <xsl:if test="@compared &gt; 0">
            <xsl:call-template name="recount-line"><xsl:with-param name="command" select="@history-command"/></xsl:call-template>
          </xsl:if>
        </div>
      </td>
    </tr>
  </xsl:template>

  <xsl:template match="count">
    <td valign="top" style="padding:6px;">
      <div class="dim" style="{$small}"><xsl:value-of select="key('l', concat('count.', @id))"/></div>
      <div class="figure ink" style="font-size:28px;line-height:34px;font-weight:700;color:#171b22;"><xsl:value-of select="@n-text"/></div>
      <xsl:if test="@change">
        <div style="font-size:13px;line-height:19px;white-space:nowrap;">
          <xsl:attribute name="class">
            <xsl:choose>
              <xsl:when test="@id = 'negative' and @change &gt;= 10">bad</xsl:when>
              <xsl:when test="@id = 'negative' and @change &lt;= -10">good</xsl:when>
              <xsl:when test="@id = 'positive' and @change &gt;= 10">good</xsl:when>
              <xsl:when test="@id = 'positive' and @change &lt;= -10">bad</xsl:when>
              <xsl:otherwise>dim</xsl:otherwise>
            </xsl:choose>
          </xsl:attribute>
          <xsl:attribute name="style">
            <xsl:text>font-size:13px;line-height:19px;white-space:nowrap;color:</xsl:text>
            <xsl:choose>
              <xsl:when test="@id = 'negative' and @change &gt;= 10">#b34700</xsl:when>
              <xsl:when test="@id = 'negative' and @change &lt;= -10">#00724f</xsl:when>
              <xsl:when test="@id = 'positive' and @change &gt;= 10">#00724f</xsl:when>
              <xsl:when test="@id = 'positive' and @change &lt;= -10">#b34700</xsl:when>
              <xsl:otherwise>#5b6472</xsl:otherwise>
            </xsl:choose>
          </xsl:attribute>
          <xsl:choose>
            <xsl:when test="@change &gt; 0">&#9650; </xsl:when>
            <xsl:when test="@change &lt; 0">&#9660; </xsl:when>
            <xsl:otherwise>= </xsl:otherwise>
          </xsl:choose>
          <xsl:value-of select="@change-text"/>
        </div>
      </xsl:if>
      <xsl:if test="@usual-text">
        <div class="dim" style="font-size:12px;line-height:18px;color:#7a8494;">
          <xsl:value-of select="key('l', 'counts.mean.word')"/><xsl:text> </xsl:text><xsl:value-of select="@usual-text"/>
        </div>
      </xsl:if>
    </td>
  </xsl:template>

  <!-- The chart of the period; where there is none, bars of two stacked cells -->
  <xsl:template match="slots">
    <xsl:call-template name="section">
      <xsl:with-param name="title" select="key('l', concat('section.', @unit, 's'))"/>
      <xsl:with-param name="body">
        <xsl:choose>
          <xsl:when test="/digest/chart[@id = 'volume']"><xsl:apply-templates select="/digest/chart[@id = 'volume']"/></xsl:when>
          <xsl:otherwise><xsl:call-template name="bars"/></xsl:otherwise>
        </xsl:choose>
        <xsl:call-template name="recount"><xsl:with-param name="command" select="@command"/></xsl:call-template>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="chart">
    <img src="{@src}" alt="{@alt}" width="{@width}" style="display:block;width:100%;max-width:{@width}px;height:auto;border:0;font-size:13px;line-height:19px;color:#5b6472;"/>
  </xsl:template>

  <xsl:template name="bars">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;">
      <tr>
        <xsl:for-each select="slot">
          <td valign="bottom" height="50" title="{@name}: {@n}" style="height:50px;padding:0 1px;vertical-align:bottom;">
            <xsl:if test="@bar &gt; 0"><div class="bar" style="height:{@bar}px;background:#0072b2;font-size:0;line-height:0;"></div></xsl:if>
            <xsl:if test="@bar-negative &gt; 0"><div class="bar-bad" style="height:{@bar-negative}px;background:#d55e00;font-size:0;line-height:0;"></div></xsl:if>
          </td>
        </xsl:for-each>
      </tr>
      <tr>
        <xsl:for-each select="slot">
          <td class="dim line" style="padding:3px 0 0 1px;border-top:1px solid #d5dbe4;font-size:11px;line-height:15px;color:#7a8494;">
            <xsl:if test="../@unit = 'day' or position() mod 3 = 1"><xsl:value-of select="@name"/></xsl:if>
          </td>
        </xsl:for-each>
      </tr>
    </table>
    <div class="dim" style="padding-top:4px;{$small}">
      <span class="bar-bad" style="display:inline-block;width:9px;height:9px;background:#d55e00;">&#8203;</span>
      <xsl:text> </xsl:text><xsl:value-of select="key('l', 'hours.legend.negative')"/>
      <xsl:text> &#160; </xsl:text>
      <span class="bar" style="display:inline-block;width:9px;height:9px;background:#0072b2;">&#8203;</span>
      <xsl:text> </xsl:text><xsl:value-of select="key('l', 'hours.legend.all')"/>
    </div>
  </xsl:template>

  <xsl:template match="alerts">
    <xsl:call-template name="section">
      <xsl:with-param name="title" select="key('l', 'section.alerts')"/>
      <xsl:with-param name="body">
        <xsl:apply-templates select="alert"/>
        <xsl:call-template name="list-end"/>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="alert">
    <div class="ink" style="padding:4px 0;font-size:15px;line-height:22px;color:#171b22;">
      <b><xsl:value-of select="@time"/>&#160; <xsl:value-of select="@form"/></b>
      <xsl:text> </xsl:text>
      <span class="bad" style="color:#b34700;">(<xsl:value-of select="key('l', 'alert.severity')"/><xsl:text> </xsl:text><xsl:value-of select="@severity-text"/>/10)</span>
      <xsl:text> &#160;</xsl:text>
      <xsl:value-of select="@value-text"/><xsl:text> </xsl:text><xsl:value-of select="key('l', 'alert.value')"/>
      <xsl:text>, </xsl:text>
      <xsl:value-of select="key('l', 'alert.expected')"/><xsl:text> </xsl:text><xsl:value-of select="@expected-text"/>
      <xsl:for-each select="why">
        <div class="dim" style="{$small}"><xsl:value-of select="."/></div>
      </xsl:for-each>
    </div>
  </xsl:template>

  <xsl:template match="stories">
    <xsl:call-template name="section">
      <xsl:with-param name="title" select="key('l', 'section.stories')"/>
      <xsl:with-param name="body">
        <xsl:for-each select="story">
          <xsl:call-template name="item">
            <xsl:with-param name="facts">
              <xsl:value-of select="site"/>
              <xsl:text> · </xsl:text>
              <xsl:value-of select="@documents-text"/><xsl:text> </xsl:text><xsl:value-of select="key('l', 'word.documents')"/>
              <xsl:text>, </xsl:text>
              <xsl:value-of select="@authors-text"/><xsl:text> </xsl:text><xsl:value-of select="key('l', 'word.authors')"/>
              <xsl:if test="@all-comments &gt; 0">
                <xsl:text> · </xsl:text><xsl:value-of select="@all-comments-text"/><xsl:text> </xsl:text><xsl:value-of select="key('l', 'word.comments')"/>
              </xsl:if>
              <xsl:if test="@all-links &gt; 0">
                <xsl:text> · </xsl:text><xsl:value-of select="@all-links-text"/><xsl:text> </xsl:text><xsl:value-of select="key('l', 'word.links')"/>
              </xsl:if>
              <xsl:if test="@negative &gt; 0">
                <xsl:text> · </xsl:text>
                <span class="bad" style="color:#b34700;"><xsl:value-of select="@negative-text"/><xsl:text> </xsl:text><xsl:value-of select="key('l', 'word.negative')"/></span>
              </xsl:if>
              <xsl:if test="@positive &gt; 0">
                <xsl:text> · </xsl:text>
                <span class="good" style="color:#00724f;"><xsl:value-of select="@positive-text"/><xsl:text> </xsl:text><xsl:value-of select="key('l', 'word.positive')"/></span>
              </xsl:if>
            </xsl:with-param>
          </xsl:call-template>
        </xsl:for-each>
        <xsl:call-template name="list-end"/>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="terms">
    <xsl:call-template name="section">
      <xsl:with-param name="title" select="key('l', 'section.terms')"/>
      <xsl:with-param name="body">
        <table width="100%" cellpadding="0" cellspacing="0" border="0">
          <tr>
            <td></td>
            <td class="dim" width="72" align="right" style="padding:0 0 2px 8px;{$small}"><xsl:value-of select="key('l', 'terms.head.n')"/></td>
            <td class="dim" width="72" align="right" style="padding:0 0 2px 8px;{$small}"><xsl:value-of select="key('l', 'terms.head.before')"/></td>
          </tr>
          <xsl:for-each select="term">
            <tr>
              <td class="ink line" style="padding:4px 8px 4px 0;font-size:15px;line-height:20px;color:#171b22;border-top:1px solid #e6eaf0;word-break:break-word;"><bdi><xsl:value-of select="@text"/></bdi></td>
              <td class="ink line" width="72" align="right" style="padding:4px 0 4px 8px;font-size:15px;line-height:20px;color:#171b22;border-top:1px solid #e6eaf0;white-space:nowrap;"><xsl:value-of select="@n-text"/></td>
              <td class="dim line" width="72" align="right" style="padding:4px 0 4px 8px;{$small}border-top:1px solid #e6eaf0;white-space:nowrap;"><xsl:value-of select="@before-text"/></td>
            </tr>
          </xsl:for-each>
        </table>
        <div class="dim" style="padding-top:4px;{$small}">
          <xsl:variable name="of" select="key('l', 'terms.of')"/>
          <xsl:value-of select="substring-before($of, '{of}')"/>
          <xsl:value-of select="@of-text"/>
          <xsl:value-of select="substring-before(substring-after($of, '{of}'), '{all}')"/>
          <xsl:value-of select="@before-of-text"/>
          <xsl:value-of select="substring-after($of, '{all}')"/>
        </div>
        <xsl:call-template name="recount"><xsl:with-param name="command" select="@command"/></xsl:call-template>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="silence">
    <xsl:call-template name="section">
      <xsl:with-param name="title" select="key('l', 'section.silence')"/>
      <xsl:with-param name="body">
        <xsl:for-each select="silent">
          <div class="ink" style="padding:3px 0;font-size:15px;line-height:21px;color:#171b22;">
            <bdi><xsl:value-of select="@site"/></bdi><xsl:text> </xsl:text>
            <span class="dim" style="{$small}"><xsl:value-of select="@text"/></span>
          </div>
        </xsl:for-each>
        <xsl:call-template name="list-end"/>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="questions">
    <xsl:call-template name="section">
      <xsl:with-param name="title" select="key('l', 'section.questions')"/>
      <xsl:with-param name="body">
        <xsl:for-each select="question">
          <xsl:call-template name="item">
            <xsl:with-param name="facts">
              <b class="ink" style="color:#171b22;"><xsl:value-of select="@age-text"/></b>
              <xsl:if test="@overdue = 'yes'">
                <xsl:text> </xsl:text><span class="bad" style="color:#b34700;">(<xsl:value-of select="key('l', 'waiting.late.word')"/>)</span>
              </xsl:if>
              <xsl:text> · </xsl:text>
              <xsl:call-template name="by"/>
            </xsl:with-param>
          </xsl:call-template>
        </xsl:for-each>
        <xsl:call-template name="list-end"/>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="waiting">
    <xsl:call-template name="section">
      <xsl:with-param name="title" select="key('l', 'section.waiting')"/>
      <xsl:with-param name="body">
        <xsl:if test="not(complaint)">
          <div class="good" style="font-size:15px;line-height:22px;color:#00724f;"><xsl:value-of select="key('l', 'waiting.none')"/></div>
        </xsl:if>
        <xsl:for-each select="complaint">
          <xsl:call-template name="item">
            <xsl:with-param name="facts">
              <b class="ink" style="color:#171b22;"><xsl:value-of select="@age-text"/></b>
              <xsl:if test="@overdue = 'yes'">
                <xsl:text> </xsl:text><span class="bad" style="color:#b34700;">(<xsl:value-of select="key('l', 'waiting.late.word')"/>)</span>
              </xsl:if>
              <xsl:text> · </xsl:text>
              <xsl:call-template name="by"/>
            </xsl:with-param>
          </xsl:call-template>
        </xsl:for-each>
        <xsl:call-template name="list-end"/>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="praises">
    <xsl:call-template name="section">
      <xsl:with-param name="title" select="key('l', 'section.praise')"/>
      <xsl:with-param name="body">
        <xsl:for-each select="praise">
          <xsl:call-template name="item">
            <xsl:with-param name="facts">
              <span class="good" style="color:#00724f;"><xsl:value-of select="@score-text"/></span>
              <xsl:text> · </xsl:text>
              <xsl:call-template name="by"/>
            </xsl:with-param>
          </xsl:call-template>
        </xsl:for-each>
        <xsl:call-template name="list-end"/>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="loudest">
    <xsl:call-template name="section">
      <xsl:with-param name="title" select="key('l', 'section.loudest')"/>
      <xsl:with-param name="body">
        <table width="100%" cellpadding="0" cellspacing="0" border="0">
          <xsl:call-template name="people-head"><xsl:with-param name="third" select="key('l', 'people.comments')"/></xsl:call-template>
          <xsl:for-each select="person">
            <xsl:call-template name="person"><xsl:with-param name="third" select="@comments-text"/></xsl:call-template>
          </xsl:for-each>
        </table>
        <xsl:call-template name="list-end"/>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="influencers">
    <xsl:call-template name="section">
      <xsl:with-param name="title" select="key('l', 'section.influencers')"/>
      <xsl:with-param name="body">
        <table width="100%" cellpadding="0" cellspacing="0" border="0">
          <xsl:call-template name="people-head"><xsl:with-param name="third" select="key('l', 'people.influence')"/></xsl:call-template>
          <xsl:for-each select="person">
            <xsl:call-template name="person"><xsl:with-param name="third" select="@influence-text"/></xsl:call-template>
          </xsl:for-each>
        </table>
        <xsl:call-template name="list-end"/>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="people-head">
    <xsl:param name="third"/>
    <xsl:variable name="cell">padding:0 0 2px 8px;font-size:12px;line-height:18px;font-weight:400;color:#7a8494;</xsl:variable>
    <tr>
      <th class="dim" align="left" style="{$cell}padding-left:0;text-align:left;"><xsl:value-of select="key('l', 'people.who')"/></th>
      <th class="dim" align="right" style="{$cell}text-align:right;"><xsl:value-of select="key('l', 'people.documents')"/></th>
      <th class="dim" align="right" style="{$cell}text-align:right;"><xsl:value-of select="$third"/></th>
      <th class="dim" align="right" style="{$cell}text-align:right;"><xsl:value-of select="key('l', 'people.score')"/></th>
    </tr>
  </xsl:template>

  <xsl:template name="person">
    <xsl:param name="third"/>
    <xsl:variable name="cell">padding:5px 0 5px 8px;font-size:15px;line-height:20px;color:#171b22;border-top:1px solid #e6eaf0;vertical-align:top;</xsl:variable>
    <tr>
      <td class="ink line" style="{$cell}padding-left:0;word-break:break-word;">
        <bdi><xsl:value-of select="name"/></bdi>
        <xsl:text> </xsl:text>
        <span class="dim" style="{$small}"><bdi><xsl:value-of select="site"/></bdi></span>
        <xsl:if test="evidence"><div class="dim" style="{$small}"><xsl:value-of select="evidence"/></div></xsl:if>
      </td>
      <td class="ink line" align="right" style="{$cell}"><xsl:value-of select="@documents-text"/></td>
      <td class="ink line" align="right" style="{$cell}"><xsl:value-of select="$third"/></td>
      <td align="right">
        <xsl:attribute name="class">
          <xsl:text>line </xsl:text>
          <xsl:choose>
            <xsl:when test="@score-milli &lt;= -100">bad</xsl:when>
            <xsl:when test="@score-milli &gt;= 100">good</xsl:when>
            <xsl:otherwise>ink</xsl:otherwise>
          </xsl:choose>
        </xsl:attribute>
        <xsl:attribute name="style">
          <xsl:value-of select="$cell"/>
          <xsl:choose>
            <xsl:when test="@score-milli &lt;= -100">color:#b34700;</xsl:when>
            <xsl:when test="@score-milli &gt;= 100">color:#00724f;</xsl:when>
          </xsl:choose>
        </xsl:attribute>
        <xsl:value-of select="@score-text"/>
      </td>
    </tr>
  </xsl:template>

  <xsl:template match="share">
    <xsl:call-template name="section">
      <xsl:with-param name="title" select="key('l', 'section.share')"/>
      <xsl:with-param name="body">
        <xsl:choose>
          <xsl:when test="/digest/chart[@id = 'share']"><xsl:apply-templates select="/digest/chart[@id = 'share']"/></xsl:when>
          <xsl:otherwise>
        <table width="100%" cellpadding="0" cellspacing="0" border="0">
          <xsl:for-each select="topic">
            <tr>
              <td class="ink" width="30%" style="padding:4px 8px 4px 0;font-size:15px;line-height:20px;color:#171b22;word-break:break-word;">
                <xsl:choose>
                  <xsl:when test="@own = 'yes'"><b><xsl:value-of select="@name"/></b></xsl:when>
                  <xsl:otherwise><xsl:value-of select="@name"/></xsl:otherwise>
                </xsl:choose>
              </td>
              <td style="padding:4px 0;">
                <div class="track" style="background:#e6eaf0;"><div class="bar" style="width:{@percent}%;height:12px;background:#0072b2;font-size:0;line-height:0;">&#8203;</div></div>
              </td>
              <td class="ink" width="56" align="right" style="padding:4px 0 4px 8px;font-size:15px;line-height:20px;color:#171b22;white-space:nowrap;"><xsl:value-of select="@percent-text"/></td>
              <td class="dim wide" width="64" align="right" style="padding:4px 0 4px 8px;{$small}white-space:nowrap;"><xsl:value-of select="@documents-text"/></td>
            </tr>
          </xsl:for-each>
        </table>
          </xsl:otherwise>
        </xsl:choose>
        <xsl:call-template name="list-end"/>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="events">
    <xsl:call-template name="section">
      <xsl:with-param name="title" select="key('l', 'section.events')"/>
      <xsl:with-param name="body">
        <table width="100%" cellpadding="0" cellspacing="0" border="0">
          <tr>
            <td></td>
            <td class="dim" width="72" align="right" style="padding:4px 0 4px 8px;{$small}"><xsl:value-of select="key('l', 'events.people')"/></td>
            <td class="dim" width="96" align="right" style="padding:4px 0 4px 8px;{$small}"><xsl:value-of select="key('l', 'events.before')"/></td>
          </tr>
          <xsl:for-each select="event">
            <tr>
              <td class="ink" style="padding:4px 8px 4px 0;font-size:15px;line-height:20px;color:#171b22;"><xsl:value-of select="@name"/></td>
              <td class="ink" width="72" align="right" style="padding:4px 0 4px 8px;font-size:15px;line-height:20px;color:#171b22;white-space:nowrap;"><xsl:value-of select="@people"/></td>
              <td class="dim" width="96" align="right" style="padding:4px 0 4px 8px;{$small}white-space:nowrap;"><xsl:value-of select="@before"/></td>
            </tr>
          </xsl:for-each>
        </table>
        <xsl:call-template name="list-end"/>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- Building blocks -->
  <xsl:template name="section">
    <xsl:param name="title"/>
    <xsl:param name="body"/>
    <tr>
      <td class="pad" style="padding:16px 28px 6px;">
        <h2 class="ink" style="margin:0 0 6px;font-size:17px;line-height:24px;font-weight:700;color:#171b22;"><xsl:value-of select="$title"/></h2>
        <xsl:copy-of select="$body"/>
      </td>
    </tr>
  </xsl:template>

  <xsl:template name="item">
    <xsl:param name="facts"/>
    <div style="padding:5px 0;">
      <div class="ink" dir="auto" style="font-size:15px;line-height:21px;color:#171b22;overflow-wrap:anywhere;">
        <xsl:choose>
          <xsl:when test="url"><a href="{url}" rel="noopener noreferrer" style="color:#1a56b0;text-decoration:none;"><xsl:call-template name="face"/></a></xsl:when>
          <xsl:otherwise><xsl:call-template name="face"/></xsl:otherwise>
        </xsl:choose>
      </div>
      <div class="dim" style="{$small}"><xsl:copy-of select="$facts"/></div>
    </div>
  </xsl:template>

  <xsl:template name="face">
    <xsl:choose>
      <xsl:when test="title"><xsl:value-of select="title"/></xsl:when>
      <xsl:when test="excerpt"><xsl:value-of select="excerpt"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="key('l', 'no_text')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="by">
    <bdi><xsl:value-of select="name"/></bdi><xsl:text>, </xsl:text><bdi><xsl:value-of select="site"/></bdi>
  </xsl:template>

  <xsl:template name="list-end">
    <xsl:if test="@more">
      <div class="dim" style="padding-top:2px;{$small}">
        <xsl:value-of select="substring-before(key('l', 'more'), '{n}')"/>
        <xsl:value-of select="@more-text"/>
        <xsl:value-of select="substring-after(key('l', 'more'), '{n}')"/>
      </div>
    </xsl:if>
    <xsl:call-template name="recount"><xsl:with-param name="command" select="@command"/></xsl:call-template>
  </xsl:template>

  <!-- The command that counts a section again -->
  <xsl:template name="recount">
    <xsl:param name="command"/>
    <div class="dim" style="padding-top:6px;font-size:11px;line-height:16px;color:#7a8494;"><xsl:value-of select="key('l', 'recount')"/></div>
    <xsl:call-template name="recount-line"><xsl:with-param name="command" select="$command"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="recount-line">
    <xsl:param name="command"/>
    <code class="code" style="display:inline-block;margin:1px 0;padding:1px 6px;border-radius:3px;background:#f1f4f8;font-family:ui-monospace,Consolas,Menlo,monospace;font-size:11px;line-height:16px;color:#5b6472;overflow-wrap:anywhere;"><xsl:value-of select="$command"/></code><br/>
  </xsl:template>
</xsl:stylesheet>
